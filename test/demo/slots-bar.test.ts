import { describe, expect, test } from 'vitest';
import { wrapped } from './narration.ts';
import { sessionsInLog } from './sessions-in-log.ts';
import { slotsBar, slotsLine } from './slots-bar.ts';

const LOG = `2026-11-28 21:48:31.100 UTC [11] 00000 LOG:  connection received: host=127.0.0.1 port=1
2026-11-28 21:48:31.101 UTC [11] 00000 shop@postgres/[unknown] LOG:  connection authorized: user=shop database=postgres application_name=storefront
2026-11-28 21:48:31.102 UTC [12] 00000 shop@postgres/[unknown] LOG:  connection authorized: user=shop database=postgres
2026-11-28 21:48:31.103 UTC [13] 00000 dev@postgres/[unknown] LOG:  connection authorized: user=dev database=postgres application_name=DBeaver 24.2 - Main SSL enabled (protocol=TLSv1.3)
2026-11-28 21:48:31.104 UTC [14] 00000 headroom@postgres/[unknown] LOG:  connection authorized: user=headroom database=postgres
2026-11-28 21:48:31.105 UTC [15] 00000 shop@postgres/[unknown] LOG:  connection authorized: user=shop database=postgres application_name=storefront
2026-11-28 21:48:31.106 UTC [15] 53300 shop@postgres/[unknown] FATAL:  remaining connection slots are reserved
2026-11-28 21:48:31.107 UTC [12] 00000 shop@postgres/[unknown] LOG:  disconnection: session time: 0:00:00.009 user=shop database=postgres host=127.0.0.1 port=1`;

const PROGRAMS = [
  ['billing-worker', 40],
  ['storefront', 4],
] as const;

test('sessions that left, were refused, or are our own hold no slot', () => {
  expect(sessionsInLog(LOG, (user) => user === 'headroom')).toEqual({
    used: 2,
    programs: [
      ['storefront', 1],
      ['DBeaver 24.2 - Main', 1],
    ],
  });
});

describe('the bar', () => {
  test('turns, and is as full as the server', () => {
    const half = { used: 27, usable: 54, programs: [] };
    expect(slotsBar(half, 71, 0)).toBe(`⠋ ${'█'.repeat(15)}${'░'.repeat(15)}  27 of 54`);
    expect(slotsBar(half, 71, 1)).toMatch(/^⠙/);
    expect(slotsBar({ ...half, used: 60 }, 71, 0)).toBe(`⠋ ${'█'.repeat(30)}  60 of 54`);
  });

  test.each([31, 51, 71, 200])('fits into %i columns', (columns) => {
    const text = slotsBar({ used: 44, usable: 54, programs: PROGRAMS }, columns, 3);
    expect(text.length).toBeLessThanOrEqual(columns);
    expect(text).toContain('44 of 54');
  });

  test('is a sentence elsewhere', () => {
    expect(slotsLine({ used: 44, usable: 54, programs: PROGRAMS })).toBe(
      '44 of 54 slots used: billing-worker 40, storefront 4',
    );
    expect(slotsLine({ used: 0, usable: 54, programs: [] })).toBe('0 of 54 slots used');
  });
});

test('text is broken at spaces, and an address stays whole', () => {
  expect(wrapped('see https://example.com/a/long/address for more', 12)).toEqual([
    'see',
    'https://example.com/a/long/address',
    'for more',
  ]);
});
