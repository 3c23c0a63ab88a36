import { describe, expect, test } from 'vitest';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import { recallFrom } from '../../functions/aws/recall.ts';
import { BREAKER } from '../../functions/core/incident/breaker.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { MemoryStore } from '../../functions/report/report-ports.ts';
import { KILLED_RUN } from '../support/failed-runs.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { TABLE } from '../support/loopback-dynamodb.ts';
import { SWEEP } from '../support/records.ts';
import { reportOverWire } from '../support/report-over-wire.ts';
import { deliver, deliverAs, PEOPLE, ROOMS, ranAt } from '../support/reported.ts';

/** The report with the real clients: a table of dynalite's and topics on loopback. */

const wire = reportOverWire('orders');

const store = memoryIn(TABLE);
const run = (minutes: number, outcome: keyof typeof INCIDENTS) =>
  ranAt(minutes, wire.server, INCIDENTS[outcome]());
const subjects = (topic = PEOPLE) =>
  wire.aws.published.filter(({ topicArn }) => topicArn === topic).map((each) => each.subject ?? 'chat');
const tell = async (...records: readonly RunRecord[]) => {
  for (const record of records) await deliver(record);
};

describe('An incident over the wire', () => {
  test('is told when it opens, after half an hour, and when it is over, in one thread', async () => {
    const minutes = [0, 5, 10, 15, 20, 25, 30] as const;
    await tell(...minutes.map((at) => run(at, 'no-candidates')));
    await tell(...[35, 40, 45, 50].map((at) => run(at, 'healthy')));
    expect(subjects()).toEqual([
      expect.stringMatching(
        /^\[critical\] orders-\d+ almost full 55\/57: slow queries of storefront, policy spares all$/,
      ),
      expect.stringMatching(/^\[critical\] orders-\d+ almost full 55\/57: .*, still open after 30m$/),
      expect.stringMatching(/^\[info\] orders-\d+ over after 45m: storefront still to fix$/),
    ]);
    const rooms = wire.aws.published.filter(({ topicArn }) => topicArn === ROOMS);
    const threads = rooms.map(({ message }) => JSON.parse(message).metadata.threadId);
    expect(new Set(threads).size).toBe(1);
    expect(rooms).toHaveLength(3);
  });

  test('costs a quiet sweep one read, and no write', async () => {
    const before = wire.dynamodb.calls.length;
    expect(await deliver(run(0, 'healthy'))).toEqual(['run', 'not-told']);
    expect(wire.dynamodb.calls.slice(before).map(({ operation }) => operation)).toEqual(['GetItem']);
  });

  test('is opened by a sweep that finds the lock held for longer than a run can take', async () => {
    const holder = { pid: 4711, user: 'headroom', application: 'pg-headroom', address: '10.0.3.7' };
    const swept = (openMs: number) => ({
      ...INCIDENTS.busy(),
      trigger: SWEEP,
      lock: { holders: [{ ...holder, openMs, isRun: true }], total: 1 },
    });
    await tell(ranAt(0, `${wire.server}-short`, swept(30_000)));
    expect(subjects()).toEqual([]);
    await tell(ranAt(0, wire.server, swept(330_000)));
    expect(subjects()).toEqual([
      expect.stringContaining(' no run can act: the lock of runs has been held for '),
    ]);
  });

  test('is opened and reminded of by runs that leave no record, too', async () => {
    const failed = (minutes: number) =>
      deliverAs(
        { ...KILLED_RUN, requestId: `killed-${minutes}`, functionName: `pg-headroom-${wire.server}` },
        Date.parse('2026-11-21T03:15:00Z') + minutes * 60_000,
      );
    for (const minutes of [0, 5, 10, 31]) await failed(minutes);
    expect(subjects()).toEqual([
      expect.stringContaining(' run FAILED: '),
      expect.stringMatching(/ run FAILED: .*, still open after 31m/),
    ]);
  });

  test('names the time when it comes again, and the culprit', async () => {
    for (const hour of [0, 60, 120]) {
      await tell(run(hour, 'recovered'));
      await tell(...[5, 10, 15].map((later) => run(hour + later, 'healthy')));
    }
    expect(subjects().at(-2)).toMatch(
      / recovered 49\/57: billing-worker leaks, 3rd time in 24 h, 10 idle sessions ended$/,
    );
    expect(wire.aws.published.at(-4)?.message).toContain('Third time in 24 hours, same culprit each time.');
  });
});

describe('The breaker over the wire', () => {
  test('pauses what the next run recalls, says so with the command, and leaves an operator alone', async () => {
    await tell(...[0, 5, 10].map((at) => run(at, 'refilled')));
    expect(subjects().at(-1)).toMatch(/, runs PAUSED until 04:25 UTC: /);
    expect(wire.aws.published.at(-2)?.message).toContain(
      `\nheadroom resume --server ${wire.server} --table ${TABLE}\n`,
    );
    expect(await recallFrom(wire.server, TABLE, 60_000)()).toMatchObject({
      paused: { by: BREAKER, until: '2026-11-21T04:25:00.000Z' },
    });
    const paused = { at: '2026-11-21T03:26:00Z', by: 'ada', reason: null, until: null };
    const known = await store.read(wire.server);
    await store.write(wire.server, { ...known, version: known.version + 1, paused });
    await tell(...[12, 14, 16].map((at) => run(at, 'refilled')));
    expect((await store.read(wire.server)).paused).toEqual(paused);
  });
});

describe('A topic', () => {
  test('that fails twice gets one message in the end', async () => {
    wire.aws.fail(2);
    await deliver(run(0, 'partial'));
    expect([subjects(), subjects(ROOMS)]).toEqual([
      [expect.stringContaining(' still almost full ')],
      ['chat'],
    ]);
    expect((await store.read(wire.server)).untold).toEqual([]);
  });

  test.each([
    ['chat', ROOMS, PEOPLE],
    ['people', PEOPLE, ROOMS],
  ])('of %s that refuses for good has the other told once, over all redeliveries', async (_, bad, good) => {
    wire.aws.fail(({ topicArn }) => (topicArn === bad ? 'AuthorizationError' : null));
    const record = run(0, 'partial');
    for (const _ of [1, 2, 3])
      await expect(deliver(record)).rejects.toMatchObject({
        code: 'publish-failed',
        message: expect.stringContaining(bad),
      });
    expect([subjects(good), subjects(bad)]).toEqual([[expect.anything()], []]);
    // Somebody mends it, and takes the run from the dead-letter queue.
    wire.aws.fail(0);
    await deliver(record);
    expect([subjects(good).length, subjects(bad).length]).toEqual([1, 1]);
    expect(new Set(wire.aws.published.map(({ attributes }) => attributes.messageId))).toEqual(
      new Set([`${record.runId}-opened`]),
    );
    expect(await deliver(record)).toEqual(['run', 'not-told']);
  });

  test('that takes nothing keeps no later message from the other', async () => {
    wire.aws.fail(({ topicArn }) => (topicArn === ROOMS ? 'AuthorizationError' : null));
    for (const minutes of [0, 30, 60, 90, 120, 150])
      await expect(deliver(run(minutes, 'no-candidates'))).rejects.toThrow(ROOMS);
    expect(subjects()).toHaveLength(6);
    expect((await store.read(wire.server)).untold.map(({ taken }) => taken)).toEqual(
      Array(4).fill(['people']),
    );
  });

  test('that took what could not be marked may get it once more, and the name says so', async () => {
    const record = run(0, 'partial');
    wire.dynamodb.behave('well');
    const memory: MemoryStore = { ...store, write: refusingAfter(1) };
    expect(await deliver(record, { memory })).toEqual(['run', 'told', 'memory-trouble']);
    await deliver(record);
    const [first, , again] = wire.aws.published;
    expect(again).toEqual(first);
    expect(await deliver(record)).toEqual(['run', 'not-told']);
  });
});

/** A store that can be written so many times. */
function refusingAfter(times: number): MemoryStore['write'] {
  let left = times;
  return async (name, memory) => {
    left -= 1;
    if (left < 0) throw new Error('no more');
    return store.write(name, memory);
  };
}

describe('Reports that cross', () => {
  /** All have read before one of them writes. */
  function meeting(readers: number): MemoryStore {
    const met = Promise.withResolvers<void>();
    let read = 0;
    return {
      ...store,
      read: async (name) => {
        const memory = await store.read(name);
        read += 1;
        if (read === readers) met.resolve();
        await met.promise;
        return memory;
      },
    };
  }

  test('at the same moment open one incident, with one message', async () => {
    const before = wire.dynamodb.calls.length;
    const memory = meeting(2);
    const both = [run(0, 'no-candidates'), run(0.1, 'no-candidates')];
    await Promise.all(both.map((record) => deliver(record, { memory })));
    const conflicts = wire.dynamodb.calls.slice(before).filter(({ error }) => error !== null);
    expect(conflicts.map(({ error }) => error)).toContain('ConditionalCheckFailedException');
    expect(subjects()).toHaveLength(1);
    expect((await store.read(wire.server)).incident?.runs).toBe(2);
  });

  test('as a storm of fifty runs of which one acted, eight at a time, are one message', async () => {
    const storm = [
      run(0, 'recovered'),
      ...Array.from({ length: 49 }, (_, at) => run(0.2 + at / 60, 'unexplained')),
    ];
    for (let at = 0; at < storm.length; at += 8)
      await Promise.all(storm.slice(at, at + 8).map((record) => deliver(record)));
    expect(subjects()).toEqual([expect.stringContaining('recovered')]);
    expect((await store.read(wire.server)).incident).toMatchObject({ runs: 50, ended: 10 });
  });

  test('of a run that acted and one that found no reason any more are one message, whichever is first', async () => {
    const [acted, after] = [run(0, 'recovered'), run(0.1, 'unexplained')];
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
      await deliver(acted);
    };
    expect(await deliver(after, { sleep })).toEqual(['run', 'not-told']);
    expect(waits).toEqual([5_000]);
    expect(subjects()).toEqual([expect.stringContaining('recovered')]);
    await deliver(run(1, 'unexplained'), { sleep: () => Promise.reject(new Error('Nobody waits now')) });
  });

  test('in another order end no incident early', async () => {
    const [opening, early, ...healthy] = [
      run(10, 'no-candidates'),
      run(5, 'healthy'),
      ...[15, 20].map((at) => run(at, 'healthy')),
    ];
    await tell(opening, ...healthy, early);
    expect(subjects()).toHaveLength(1);
    await tell(run(25, 'healthy'));
    expect(subjects().at(-1)).toContain('over');
  });
});

describe('Without a memory that can be read and written', () => {
  test.each([
    ['there is no table', { memory: null }, null],
    ['it may not be read', {}, ['denying', 'GetItem']],
    ['it may not be written', {}, ['denying', 'PutItem']],
  ] as const)('each run is told by itself: %s', async (_, ports, behaviour) => {
    if (behaviour !== null) wire.dynamodb.behave(behaviour[0], behaviour[1]);
    const record = run(0, 'no-candidates');
    const trouble = behaviour === null ? [] : ['memory-trouble'];
    for (const _ of [1, 2]) expect(await deliver(record, ports)).toEqual(['run', ...trouble, 'told']);
    expect((await deliver(run(5, 'healthy'), ports)).at(-1)).toBe('not-told');
    expect(subjects()).toEqual(Array(2).fill(expect.stringMatching(/^\[critical\] orders-\d+ almost full /)));
    const thread = JSON.parse(wire.aws.published[1]?.message ?? '').metadata.threadId;
    expect(thread).toBe(`${wire.server}-2026-11-21`);
  });

  test('an item that is not understood stays as it is', async () => {
    const item = { server: { S: wire.server }, version: { N: '7' }, memory: { S: '{"form":3}' } };
    await wire.dynamodb.put(item);
    expect(await deliver(run(0, 'partial'))).toEqual(['run', 'memory-trouble', 'told']);
    expect(await wire.dynamodb.get(wire.server)).toEqual(item);
  });

  test('an item of the form before is followed on, and its pause holds', async () => {
    const paused = { at: '2026-11-21T02:10:07.120Z', by: 'ada', reason: null };
    const memory = { S: JSON.stringify({ paused, told: ['reserve'], telling: [] }) };
    await wire.dynamodb.put({ server: { S: wire.server }, version: { N: '7' }, memory });
    await deliver(run(0, 'partial'));
    expect(await store.read(wire.server)).toMatchObject({
      version: 9,
      paused: { ...paused, until: null },
      told: ['reserve'],
      incident: { runs: 1 },
    });
  });
});
