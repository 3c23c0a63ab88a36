import { describe, expect, test } from 'vitest';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { aPolicy } from '../support/builders.ts';
import { INCIDENTS, OBSERVED } from '../support/incidents.ts';
import { TABLE } from '../support/loopback-dynamodb.ts';
import { reportOverWire } from '../support/report-over-wire.ts';
import { deliver, PEOPLE, ROOMS, ranAt } from '../support/reported.ts';

/** A week of observing through the report with the real clients. */

const DAY = 24 * 60;
const wire = reportOverWire('observed');

const store = memoryIn(TABLE);
const observing = (record: RunRecord): RunRecord => ({
  ...record,
  mode: 'observe',
  policy: aPolicy({ mode: 'observe' }),
});
const full = (minutes: number) => {
  const make = OBSERVED['observe-recovered'] ?? INCIDENTS.recovered;
  // A run after an alarm reads memory, for its own tries. A sweep that observes does not.
  return observing(ranAt(minutes, wire.server, make()));
};
const quiet = (minutes: number) => ({
  ...observing(ranAt(minutes, wire.server, INCIDENTS.healthy())),
  recall: null,
});
const weeks = (topic = PEOPLE) =>
  wire.aws.published.filter(
    ({ topicArn, message }) => topicArn === topic && message.includes('observed for '),
  );

describe('After a week of observing', () => {
  test('people are told once what would have been ended, of which programs, and what to set first', async () => {
    for (const day of [0, 2, 5]) await deliver(full(day * DAY));
    expect(weeks()).toEqual([]);
    for (const day of [7, 8, 15]) await deliver(quiet(day * DAY));
    const [told, ...more] = weeks();
    expect(more).toEqual([]);
    expect(told?.subject).toBe(
      `[info] ${wire.server} observed for 7 days: 3 runs would have acted, observed only`,
    );
    expect(told?.message).toContain('3 runs would have ended sessions, at most 12 at once.');
    expect(told?.message).toContain('WOULD HAVE LOST SESSIONS: billing-worker in 3 runs (up to 12 at once).');
    expect(told?.message).toContain('survive losing connections (error 57P01): billing-worker.');
    expect(told?.message).toContain('protect.applications');
    expect(told?.message).toContain(`Then set "mode": "enforce" in the policy of ${wire.server} and deploy.`);
    expect(told?.message.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
    expect(weeks(ROOMS)).toHaveLength(1);
  });

  test('a run that is delivered twice counts once, and a quiet sweep writes nothing', async () => {
    const run = full(0);
    await deliver(run);
    await deliver(run);
    expect((await store.read(wire.server)).observed).toMatchObject({ runs: 1, most: 12 });
    const before = wire.dynamodb.calls.filter(({ operation }) => operation === 'PutItem').length;
    await deliver(quiet(2 * DAY));
    await deliver(quiet(3 * DAY));
    const written = wire.dynamodb.calls.filter(({ operation }) => operation === 'PutItem').length - before;
    expect(written).toBeLessThanOrEqual(2);
    expect((await store.read(wire.server)).observed).toMatchObject({ runs: 1, most: 12 });
  });

  test('a server that needed nothing is told to be ready', async () => {
    await deliver(quiet(0));
    await deliver(quiet(7 * DAY));
    expect(weeks()[0]?.message).toContain('No run would have ended a session.');
  });

  test('a topic that refuses gets the message with the next delivery of its run', async () => {
    await deliver(quiet(0));
    const last = quiet(7 * DAY);
    wire.aws.fail(1);
    await deliver(last).catch(() => {});
    await deliver(last);
    expect(weeks().length + weeks(ROOMS).length).toBeGreaterThanOrEqual(2);
    await deliver(last);
    expect(weeks()).toHaveLength(1);
  });

  test('begins anew once a run has enforced', async () => {
    await deliver(full(0));
    await deliver(ranAt(3 * DAY, wire.server, INCIDENTS.recovered()));
    expect((await store.read(wire.server)).observed).toBeUndefined();
    await deliver(full(4 * DAY));
    await deliver(quiet(8 * DAY));
    expect(weeks()).toEqual([]);
  });
});
