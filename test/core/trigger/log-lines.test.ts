import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../../functions/core/base/errors.ts';
import {
  type LogLinesTrigger,
  ofStream,
  refusalsIn,
  withoutRole,
} from '../../../functions/core/trigger/log-lines.ts';
import { parseLogLines } from '../../../functions/events/parse-log-lines.ts';
import { aLogLines, aRefused } from '../../support/builders.ts';
import { logDocument, recordedEvent } from '../../support/events.ts';

const RESERVED = 'remaining connection slots are reserved for roles with the SUPERUSER attribute';

/** `n` lines of one client, a second apart. */
function lines(n: number, user: string, at = '2026-11-21T03:15:20Z', said = RESERVED) {
  return Array.from({ length: n }, (_, second) => ({
    timestamp: Date.parse(at) + 1_000 * second,
    message: `2026-11-21 03:15:20 UTC:10.0.3.17(51234):${user}@orders:[26661]:FATAL:  ${said}`,
  }));
}

function parsed(...args: Parameters<typeof logDocument>): LogLinesTrigger {
  const trigger = parseLogLines(logDocument(...args));
  if (trigger.kind !== 'log-lines') throw new Error(`It is a ${trigger.kind}`);
  return trigger;
}

describe('Log lines', () => {
  test('as recorded tell who was refused, how often, for what and since when', () => {
    const [app, ...others] = parsed([], recordedEvent('log-lines')).refused;
    expect(parsed([], recordedEvent('log-lines'))).toMatchObject({
      at: '2026-11-21T03:15:42.000Z',
      logGroup: '/aws/rds/instance/orders-db/postgresql',
      logStream: 'orders-db.0',
      lines: 6,
      own: 0,
      elsewhere: 0,
      figures: null,
    });
    expect(app).toEqual({
      kind: 'reserved',
      user: 'app',
      database: 'orders',
      address: '10.0.3.17',
      count: 3,
      clients: 1,
      first: '2026-11-21T03:15:20.000Z',
      last: '2026-11-21T03:15:42.000Z',
    });
    expect(others.map(({ kind, user, address, count }) => [kind, user, address, count])).toEqual([
      ['reserved', 'app', '10.0.3.18', 1],
      ['role', 'batch', '10.0.4.2', 1],
      ['server', 'bi', '10.0.5.9', 1],
    ]);
  });

  test('are counted alike in whatever order they come, the same line twice as well', () => {
    const events = [...lines(3, 'app'), ...lines(2, 'bi')];
    expect(parsed(events.toReversed())).toEqual(parsed(events));
    expect(parsed([...events, ...events]).refused[0]).toMatchObject({ user: 'app', count: 6 });
  });

  test('that are no refusals are ignored; the moment is that of the latest refusal', () => {
    const later = { timestamp: Date.parse('2026-11-21T03:20:00Z'), message: 'LOG:  checkpoint complete' };
    expect(parsed([...lines(1, 'app'), later])).toMatchObject({ lines: 2, at: '2026-11-21T03:15:20.000Z' });
    expect(parsed([later])).toMatchObject({ lines: 1, refused: [], at: '2026-11-21T03:20:00.000Z' });
  });

  test("keep the server's own figures, those of the latest refusal", () => {
    const said = (idle: number) => `Already too many clients, active/non-active/reserved: 5/${idle}/3`;
    const events = [
      ...lines(1, 'a', '2026-11-21T03:15:30Z', said(508)),
      ...lines(1, 'a', undefined, said(1)),
    ];
    expect(parsed([...events, ...lines(1, 'a', '2026-11-21T03:15:40Z')]).figures).toEqual({
      active: 5,
      'non-active': 508,
      reserved: 3,
    });
  });

  test.each([
    ['nothing', undefined, 'messageType nothing'],
    ['an unknown type', { messageType: 'PING' }, '"PING"'],
    ['no log group', { ...logDocument(lines(1, 'a')), logGroup: 7 }, 'logGroup 7'],
    ['no lines', logDocument([]), 'logEvents []'],
    ['a line without a text', { ...logDocument([]), logEvents: [{ timestamp: 1 }] }, 'logEvents[0].message'],
    [
      'a line without a time',
      { ...logDocument([]), logEvents: [{ timestamp: '1', message: '' }] },
      'logEvents[0].timestamp "1"',
    ],
    [
      'a line at no time',
      { ...logDocument([]), logEvents: [{ timestamp: 9e15, message: '' }] },
      'logEvents[0].timestamp 9000000000000000',
    ],
  ])('with %s are refused', (_, document, found) => {
    expect(() => parseLogLines(document)).toThrow(RemediationError);
    expect(() => parseLogLines(document)).toThrow(found);
  });
});

describe('Refusals of our own role', () => {
  const trigger = parsed([...lines(4, 'headroom'), ...lines(2, 'app', '2026-11-21T03:15:00Z')]);

  test('are taken out and counted apart', () => {
    expect(withoutRole(trigger, 'headroom')).toMatchObject({
      refused: [{ user: 'app', count: 2 }],
      own: 4,
      at: '2026-11-21T03:15:01.000Z',
    });
  });

  test('are known by either user of a secret that rotates between two', () => {
    const both = parsed([...lines(1, 'headroom'), ...lines(1, 'headroom_clone')]);
    for (const role of ['headroom', 'headroom_clone'])
      expect(withoutRole(both, role)).toMatchObject({ refused: [], own: 2 });
  });

  test.each(['Headroom', 'headroom2', 'head', ''])('are not those of role %j', (role) => {
    expect(withoutRole(trigger, role)).toMatchObject({ own: 0 });
  });

  test('are not looked for when our role is not known, nor in lines without a user', () => {
    expect(withoutRole(trigger, null)).toMatchObject({ own: 0 });
    expect(withoutRole(aLogLines({ refused: [aRefused({ user: null })] }), 'headroom').own).toBe(0);
  });

  test("are ours by our database where a line names no role, as GaussDB's do, even when our role is not known", () => {
    const inDatabase = (database: string) =>
      aLogLines({ refused: [aRefused({ user: null, database, count: 3 })] });
    for (const role of ['gauss_headroom', null])
      expect(withoutRole(inDatabase('headroom'), role)).toMatchObject({ refused: [], own: 3 });
    expect(withoutRole(inDatabase('postgres'), 'gauss_headroom')).toMatchObject({ own: 0 });
    const named = aLogLines({ refused: [aRefused({ user: 'app', database: 'headroom' })] });
    expect(withoutRole(named, 'gauss_headroom')).toMatchObject({ own: 0 });
  });

  test('are ours by the limit of our role as well', () => {
    const limit = parsed([{ timestamp: 0, message: 'too many connections for role "headroom"' }]);
    expect(withoutRole(limit, 'headroom')).toMatchObject({ refused: [], own: 1 });
  });
});

describe('Lines of another stream', () => {
  test.each([
    ['orders-1.0', 'orders-1', 1],
    ['orders-1', 'orders-1', 1],
    ['orders-1.17', 'orders-1', 1],
    ['orders-10.0', 'orders-1', 0],
    ['orders-2.0', 'orders-1', 0],
    ['orders-2.0', null, 1],
  ])('of %s in the run for %s: %i counts', (logStream, own, count) => {
    const trigger = ofStream(aLogLines({ logStream }), own);
    expect([refusalsIn(trigger.refused), trigger.elsewhere]).toEqual([count, 1 - count]);
  });
});

describe('A long list', () => {
  test('is cut, and the rest is counted by kind', () => {
    const many = Array.from({ length: 5_000 }, (_, at) =>
      aRefused({ user: `u${at}`, kind: at % 2 === 0 ? 'server' : 'role', count: at < 3 ? 9 : 1 }),
    );
    const { refused } = withoutRole(aLogLines({ refused: many }), null);
    expect(refused).toHaveLength(22);
    expect(refusalsIn(refused)).toBe(refusalsIn(many));
    expect(refused.slice(20).map(({ kind, user, clients, count }) => [kind, user, clients, count])).toEqual([
      ['server', null, 2_490, 2_490],
      ['role', null, 2_490, 2_490],
    ]);
  });
});
