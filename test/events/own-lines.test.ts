import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { OwnTries } from '../../functions/core/run/pause.ts';
import { type LogLinesTrigger, refusalsIn } from '../../functions/core/trigger/log-lines.ts';
import { ownAlarmReason, showsOthersRefused, withoutOwnLines } from '../../functions/events/own-lines.ts';
import { parseLogLines } from '../../functions/events/parse-log-lines.ts';
import { anAlarm } from '../support/builders.ts';
import { logDocument } from '../support/events.ts';

/** The first of those that a run of ours left behind in a full server of PostgreSQL 15. */
const OURS = JSON.parse(readFileSync(new URL('../core/own-tries-lines.json', import.meta.url), 'utf8'));
const FULL = 'FATAL:  sorry, too many clients already';
const AT = '2026-11-21T03:15:20.000Z';

function parsed(document: unknown): LogLinesTrigger {
  const trigger = parseLogLines(document);
  if (trigger.kind !== 'log-lines') throw new Error(`It is a ${trigger.kind}`);
  return trigger;
}

/** `count` lines, a tenth of a second apart. */
function lines(count: number, who: string, at = AT, said = FULL) {
  return Array.from({ length: count }, (_, index) => ({
    timestamp: Date.parse(at) + 100 * index,
    message: `2026-11-21 03:15:20 UTC [15634] ${who}${said}`,
  }));
}

const tries = (count: number, more: Partial<OwnTries> = {}): OwnTries => ({
  from: '2026-11-21T03:15:10.000Z',
  to: '2026-11-21T03:15:30.000Z',
  tries: count,
  address: '10.0.9.9',
  ...more,
});

function csvlog(): string {
  return `2026-11-21 03:15:20.123 UTC,,,4242,"10.0.9.9:51234",6920a1b8.1092,1,"",2026-11-21 03:15:20 UTC,,0,FATAL,53300,"sorry, too many clients already",,,,,,,,,"","not initialized",,0`;
}

const left = (events: readonly { timestamp: number; message: string }[], ...those: readonly OwnTries[]) =>
  refusalsIn(withoutOwnLines(parsed(logDocument(events)), those).refused);

describe('Lines that our own tries left behind', () => {
  test('as real servers wrote them are no evidence', () => {
    const trigger = parsed(OURS);
    expect(refusalsIn(trigger.refused)).toBe(60);
    const run = { from: '2026-11-28T11:52:05.900Z', to: '2026-11-28T11:52:26.000Z', address: '127.0.0.1' };
    const without = withoutOwnLines(trigger, [{ ...run, tries: 1_319 }]);
    expect(without).toMatchObject({ refused: [], tries: 60 });
    expect(withoutOwnLines(trigger, [{ ...run, tries: 59 }])).toMatchObject({ refused: [{ count: 1 }] });
  });

  test('are taken off one for each try, and no more', () => {
    expect(left(lines(30, ''), tries(20))).toBe(10);
    expect(left(lines(30, ''), tries(20), tries(5))).toBe(5);
    expect(left(lines(30, ''))).toBe(30);
  });

  test('are those of the minutes in which the run tried', () => {
    expect(left(lines(30, '', '2026-11-21T03:14:30Z'), tries(30))).toBe(30);
    expect(left(lines(30, '', '2026-11-21T03:16:30Z'), tries(30))).toBe(30);
    expect(left(lines(30, '', '2026-11-21T03:15:40Z'), tries(30))).toBe(0);
  });

  test('are those from our address, where lines have one', () => {
    const [ours, theirs] = ['client=10.0.9.9 ', 'client=10.0.3.17 '];
    expect(left([...lines(20, ours), ...lines(20, theirs)], tries(40))).toBe(20);
    expect(left(lines(20, theirs), tries(40, { address: null }))).toBe(0);
  });

  test('may be those from the name of a host, which no address can be compared with', () => {
    const host = 'ip-10-0-9-9.ec2.internal(51234) ';
    expect(left(lines(20, host), tries(15))).toBe(5);
    expect(left([...lines(20, host), ...lines(20, 'client=10.0.9.9 ')], tries(20))).toBe(20);
  });

  test.each(['app[3d8d9] [error]postgres | ', 'Oct 15 12:29:02 connector-1 patroni[10362]: '])(
    "may be the server's, whatever the program is called that passed them on: %s",
    (head) => {
      const events = lines(20, '').map((event) => ({ ...event, message: `${head}${event.message}` }));
      expect(left(events, tries(20))).toBe(0);
    },
  );

  test('are none that name another role, and none of a pooler', () => {
    expect(left(lines(20, 'app@orders '), tries(20))).toBe(20);
    expect(left(lines(20, '', AT, 'FATAL:  Sorry, too many clients already'), tries(20))).toBe(20);
  });

  test('keep the first and the last moment of the others', () => {
    const events = [...lines(3, ''), ...lines(2, '', '2026-11-21T03:16:05Z')];
    const { refused, at } = withoutOwnLines(parsed(logDocument(events)), [tries(3)]);
    expect(refused).toMatchObject([
      { count: 2, first: '2026-11-21T03:16:05.000Z', last: '2026-11-21T03:16:05.100Z' },
    ]);
    expect(at).toBe('2026-11-21T03:16:05.100Z');
  });
});

describe('An alarm that counted our own tries', () => {
  const seen = (value: number, alarm = 'pg-headroom-orders-refusals') =>
    anAlarm({
      alarm,
      reason: `Threshold Crossed: 1 out of the last 1 datapoints [${value}.0 (21/11/26 03:15:00)] was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).`,
    });

  test('alone asks for nothing, and says so', () => {
    expect(ownAlarmReason(seen(37), [tries(40)])).toBe(
      'The alarm counted 37 refusals, and they are our own: 40 of our own tries did not get in at that time, and each leaves a line.',
    );
  });

  test.each([
    ['one more than our tries', seen(41), [tries(40)]],
    [
      'in another minute',
      seen(37),
      [tries(40, { from: '2026-11-21T03:16:10Z', to: '2026-11-21T03:16:30Z' })],
    ],
    ['without a run that tried', seen(37), []],
    ['on something else', seen(37, 'orders-db-connections'), [tries(40)]],
    ['on a metric of something else', { ...seen(37), metric: 'DatabaseConnections' }, [tries(40)]],
    ['set by hand', anAlarm({ reason: 'Fire drill' }), [tries(40)]],
  ])('acts: %s', (_, alarm, those) => {
    expect(ownAlarmReason(alarm, those)).toBeNull();
  });

  test('is one by a query as well, which looks back three minutes', () => {
    const reason =
      'Threshold Crossed: 1 out of the last 1 query results [37.0 (21/11/26 03:17:30)] were greater than or equal to the threshold (1.0).';
    expect(
      ownAlarmReason(anAlarm({ alarm: 'pg-headroom-orders-refusals-in-log', reason }), [tries(40)]),
    ).toContain('37');
  });
});

describe('Lines in the log of an application', () => {
  const errors = (count: number, message: string) =>
    Array.from({ length: count }, (_, index) => ({ timestamp: Date.parse(AT) + 100 * index, message }));

  test.each([
    ['a driver', 'error: sorry, too many clients already'],
    ['a logger', '{"level":"error","err":"pq: sorry, too many clients already"}'],
    ['a SQLSTATE', '{"level":"error","code":"53300"}'],
    [
      'a traceback',
      '2026-11-21 03:15:20,123 WARNING x\npsycopg2.OperationalError: FATAL:  sorry, too many clients already',
    ],
  ])('are never about our tries: %s', (_, message) => {
    const trigger = parsed(logDocument(errors(20, message)));
    expect(showsOthersRefused(trigger)).toBe(true);
    expect(withoutOwnLines(trigger, [tries(160)])).toEqual(trigger);
  });

  test.each([
    ['a server without a prefix', FULL],
    ['a server whose lines an agent wraps', JSON.stringify({ log: `2026-11-21 03:15:20 UTC [1] ${FULL}` })],
    ['a server whose spaces an agent joins', `2026-11-21 03:15:20 UTC [1] ${FULL.replace(':  ', ': ')}`],
    ['csvlog before it has a name', csvlog()],
  ])('are told from those of %s', (_, message) => {
    expect(left(errors(20, message), tries(160))).toBe(0);
  });

  test('count beside those of a server, whose moments are the only ones known to be ours', () => {
    const events = [...lines(20, ''), ...errors(5, 'error: sorry, too many clients already')];
    const trigger = withoutOwnLines(parsed(logDocument(events)), [tries(160)]);
    expect(trigger).toMatchObject({ refused: [{ count: 5, first: AT }], tries: 20 });
  });
});
