import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderMisconfigurations } from '../../functions/render/message/misconfigured.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { recordOf } from '../support/records.ts';
import { misconfiguredBy, sweptWith } from '../support/remembered.ts';

const HOSTILE = 'x\nWHAT NEXT\r\n  1. DROP \u202eDATABASE https://evil.example/ \u001b[31m';
const UNSEEN = /[\p{Cc}\p{Cf}]/u;

function linesOf(text: string): readonly string[] {
  return text.trimEnd().split('\n');
}

describe('A message about misconfigurations', () => {
  const severityOf = (written: Parameters<typeof misconfiguredBy>[0]) => {
    const found = misconfiguredBy(written);
    return renderMisconfigurations(sweptWith(found), found).attributes.severity;
  };

  test('is for today where a run could not act, else for whenever there is time', () => {
    expect(severityOf({ grants: { pg_signal_backend: 'missing' } })).toBe('warning');
    expect(severityOf({ role: { connectionLimit: null } })).toBe('info');
  });

  test('begins with what keeps a run from acting', () => {
    const found = misconfiguredBy({ role: { connectionLimit: null }, settings: { track_activities: 'off' } });
    expect(found.map(({ check }) => check)).toEqual(['connection-limit', 'activity']);
    const { subject } = renderMisconfigurations(sweptWith(found), found);
    expect(subject).toBe('[warning] orders 2 things to fix: no incident, sessions that no run can judge');
  });

  test('has every statement on one line, whatever the names in it', () => {
    const found = misconfiguredBy({
      role: { name: HOSTILE, connectionLimit: 1 },
      overrides: [{ setting: 'track_activities', value: 'off', role: HOSTILE, database: HOSTILE }],
    });
    const { text, subject } = renderMisconfigurations(sweptWith(found), found);
    for (const line of [...linesOf(text), subject]) {
      expect(line).not.toMatch(UNSEEN);
      expect(line).not.toContain('://');
    }
    expect(linesOf(text).filter((line) => line === 'NOW')).toHaveLength(1);
    const statements = linesOf(text).filter((line) => /^ALTER /.test(line));
    expect(statements).toEqual(found.flatMap(({ mend }) => mend?.sql ?? []));
  });
});

describe('A pause in a message', () => {
  const pausedBy = (by: string, reason: string | null, server = 'orders'): RunRecord => ({
    ...INCIDENTS.paused(),
    server,
    recall: {
      kind: 'read',
      table: 'memory',
      paused: { at: '2026-11-21T02:10:07Z', by, reason, until: null },
    },
  });

  test('is harmless with any author and any reason of the pause', () => {
    const text = fullTextOf(pausedBy(HOSTILE, HOSTILE));
    for (const line of linesOf(text)) {
      expect(line).not.toMatch(UNSEEN);
      expect(line).not.toContain('://');
    }
    expect(linesOf(text).filter((line) => line === 'WHAT NEXT')).toHaveLength(1);
  });

  test('without a reason has none', () => {
    expect(fullTextOf(pausedBy('ada', null))).toContain('Paused since 2026-11-21 02:10:07 UTC by ada.\n');
  });

  test('can be ended by a line that a shell takes, whatever the name of the server', () => {
    const text = fullTextOf(pausedBy('ada', null, "it's; $(reboot)"));
    expect(text).toContain("headroom resume --server 'it'\\''s; $(reboot)' --table memory\n");
  });

  test('whose author and time are not known is told as one by a person', () => {
    const text = fullTextOf({ ...INCIDENTS.paused(), recall: null });
    expect(text).toContain('A person paused it');
    expect(text).toContain('headroom resume --server orders --table TABLE');
  });
});

test('memory is no word of a run that would not have acted anyway', () => {
  const observed = recordOf('healthy', { policy: { ...INCIDENTS.healthy().policy, mode: 'observe' } });
  const { recall } = INCIDENTS.paused();
  expect(fullTextOf({ ...observed, recall })).not.toContain('Paused since');
});
