import { describe, expect, test } from 'vitest';
import type { LogLinesTrigger, Refused } from '../../functions/core/trigger/log-lines.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { refusedText } from '../../functions/render/message/refused-text.ts';
import { aLogLines, aRefused } from '../support/builders.ts';
import { logLinesIncident } from '../support/incidents.ts';
import { ALARM, recordOf } from '../support/records.ts';

const LATER = '2026-11-21T03:15:42.000Z';
const SINCE = 'in the log since 2026-11-21 03:15:20 UTC';

const textOf = (refused: readonly Partial<Refused>[], fields: Partial<LogLinesTrigger> = {}) =>
  refusedText(aLogLines({ refused: refused.map(aRefused), ...fields }));

describe('Who was refused, in a sentence', () => {
  test.each<[string, readonly Partial<Refused>[], string]>([
    [
      'one',
      [{}],
      `1 refusal ${SINCE} (only reserved slots left 1). Refused were app@orders from 10.0.3.17 ×1.`,
    ],
    [
      'one client, for two reasons',
      [
        { count: 30, kind: 'server' },
        { count: 7, kind: 'role' },
      ],
      `37 refusals ${SINCE} (server full 30, limit of role app 7). Refused were app@orders from 10.0.3.17 ×37.`,
    ],
    [
      'without a name, as applications log it',
      [{ user: null, database: null, address: null, count: 3, kind: 'pooler' }],
      `3 refusals ${SINCE} (pooler full 3). Refused were unknown clients ×3.`,
    ],
    [
      'with what the line has',
      [
        { user: null, kind: 'database' },
        { database: null, address: null, kind: 'wal-senders' },
      ],
      `2 refusals ${SINCE} (limit of database orders 1, max_wal_senders 1). Refused were ?@orders from 10.0.3.17 ×1, app@? ×1.`,
    ],
    [
      'a long list',
      [
        { count: 9 },
        { user: 'bi', count: 3 },
        { user: 'etl' },
        { user: null, database: null, address: null, clients: 40, count: 80 },
      ],
      `93 refusals ${SINCE} (only reserved slots left 93). Refused were app@orders from 10.0.3.17 ×9, bi@orders from 10.0.3.17 ×3 and 41 others ×81.`,
    ],
  ])('%s', (_, refused, text) => {
    expect(textOf(refused)).toBe(text);
  });

  test("with the server's own figures, and with our own tries apart", () => {
    const figures = { active: 5, 'non-active': 508, reserved: 3 };
    expect(textOf([{ kind: 'server' }], { figures, own: 1 })).toBe(
      `1 refusal ${SINCE} (server full 1; the server counted 508 of 516 non-active, active 5, reserved 3). Refused were app@orders from 10.0.3.17 ×1. Not counted: 1 try of our own role.`,
    );
  });

  test('nobody', () => {
    expect(textOf([], { at: LATER })).toBe('Log lines without a refusal of others, 2026-11-21 03:15:42 UTC.');
  });
});

test('Who was refused is never taken for who held the slots: nothing else in the message changes', () => {
  const incident = logLinesIncident();
  const textFor = (user: string) => {
    const refused = [aRefused({ user, database: user, address: '203.0.113.7', kind: 'server', count: 4 })];
    return fullTextOf({ ...incident, trigger: aLogLines({ refused }) });
  };
  const sectionsOf = (text: string) =>
    text.split(/\n(?=[A-Z])/).filter((section) => !section.includes('203.0.113.7'));
  const [unlucky, culprit] = [textFor('unlucky'), textFor('billing')];
  expect(unlucky.match(/unlucky/g)?.length).toBeGreaterThan(1);
  expect(sectionsOf(unlucky).join('\n')).not.toContain('unlucky');
  expect(sectionsOf(unlucky)).toEqual(sectionsOf(culprit));
  expect(sectionsOf(unlucky).join('\n')).toMatch(/^WHY: a connection leak .*\n {2}- billing-worker: /m);
});

describe('An event that is dated ahead of its run', () => {
  const textAt = (at: string) => fullTextOf(recordOf('busy', { trigger: { ...ALARM, at } }));

  test('is told with the difference', () => {
    expect(textAt('2026-11-21T04:15:43.011Z')).toContain(
      '  The event is dated 1h ahead of this run: one of the two clocks is wrong.\n',
    );
  });

  test('is nothing to speak of within five minutes', () => {
    expect(textAt('2026-11-21T03:20:43.011Z')).not.toContain('ahead of');
  });
});

test.each<[string, object, string]>([
  [
    'a contributor',
    { contributor: 'DBInstanceIdentifier orders-db' },
    'Alarm pg-headroom-orders-refusals (DBInstanceIdentifier orders-db),',
  ],
  ['none', {}, 'Alarm pg-headroom-orders-refusals, 2026'],
])('an alarm with %s', (_, fields, text) => {
  const message = fullTextOf(recordOf('busy', { trigger: { ...ALARM, ...fields } }));
  expect(message.replace(/\s+/g, ' ')).toContain(text);
});
