import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import type { Misconfiguration } from '../../functions/core/doctor/misconfigurations.ts';
import { NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { report } from '../../functions/report/report.ts';
import type { MemoryStore, ReportPorts } from '../../functions/report/report-ports.ts';
import { updateMemory } from '../../functions/report/update-memory.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { toPeople } from '../support/published.ts';
import { misconfiguredBy, sweptWith } from '../support/remembered.ts';
import { workHere } from '../support/report-work.ts';

const GRANT = misconfiguredBy({ grants: { pg_use_reserved_connections: 'missing' } });
const BOTH = misconfiguredBy({
  grants: { pg_use_reserved_connections: 'missing', pg_signal_backend: 'missing' },
});
const PAUSE = { at: '2026-11-21T03:15:42.512Z', by: 'ada', reason: null, until: null };

let dynamodb: LoopbackDynamoDb;
let server: string;
let servers = 0;

beforeAll(async () => {
  dynamodb = await startLoopbackDynamoDb();
});
afterAll(() => dynamodb.close());
beforeEach(() => {
  for (const [name, value] of Object.entries({ ...LOOPBACK_IDENTITY, ...dynamodb.environment }))
    vi.stubEnv(name, value);
  servers += 1;
  server = `orders-${servers}`;
});
afterEach(() => {
  vi.unstubAllEnvs();
  dynamodb.behave('well');
});

const store = memoryIn(TABLE);

/** What people and the log get to see of a sweep after which this was found; null: not looked. */
async function swept(found: readonly Misconfiguration[] | null, ports: Partial<ReportPorts> = {}) {
  const subjects: string[] = [];
  const lines: string[] = [];
  const counted: string[] = [];
  const record: RunRecord = { ...sweptWith(found), server };
  const invocation = { functionName: `pg-headroom-${server}`, requestId: record.runId };
  const payload: unknown = JSON.parse(JSON.stringify(packRecord(record, 'few')));
  await report(
    { kind: 'record', ...invocation, payload },
    {
      work: workHere,
      keep: null,
      memory: store,
      count: (measure) => {
        if (measure.kind === 'own') counted.push(...measure.metrics.map(({ name }) => name));
      },
      publish: toPeople(async ({ subject }) => {
        subjects.push(subject);
      }),
      now: Date.now,
      sleep: async () => {},
      log: (event, { check }) => lines.push(check === undefined ? event : `${event} ${check}`),
      ...ports,
    },
  );
  return { subjects, lines: lines.filter((line) => !['run', 'not-told'].includes(line)), counted };
}

const QUIET = { subjects: [], lines: [], counted: [] };
const aboutReserve = () => [
  `[warning] ${server} 1 thing to fix: no incident, our role may not use reserved slots`,
];

describe('A misconfiguration', () => {
  test('is told once, however many sweeps see it', async () => {
    expect(await swept(GRANT)).toEqual({ subjects: aboutReserve(), lines: ['told'], counted: [] });
    expect(await store.read(server)).toEqual({
      ...NOTHING_REMEMBERED,
      version: 2,
      told: ['reserve'],
    });
    const before = dynamodb.calls.length;
    expect(await swept(GRANT)).toEqual(QUIET);
    expect(dynamodb.calls.slice(before).map(({ operation }) => operation)).toEqual(['GetItem']);
  });

  test('that joins another is told alone', async () => {
    await swept(GRANT);
    const { subjects } = await swept(BOTH);
    expect(subjects).toEqual([
      `[warning] ${server} 1 thing to fix: no incident, our role may not end sessions`,
    ]);
    expect((await store.read(server)).told.toSorted()).toEqual(['reserve', 'terminate']);
  });

  test('that is gone is forgotten, and told again when it comes back', async () => {
    await swept(GRANT);
    expect(await swept([])).toEqual(QUIET);
    expect((await store.read(server)).told).toEqual([]);
    expect((await swept(GRANT)).subjects).toEqual(aboutReserve());
  });

  test('is not forgotten by a run that did not look', async () => {
    await swept(GRANT);
    expect(await swept(null)).toEqual(QUIET);
    expect(await swept(GRANT)).toEqual(QUIET);
  });

  test('that reached no topic is published when the event is delivered again', async () => {
    const failing = { publish: toPeople(() => Promise.reject(new Error('no such topic'))) };
    await expect(swept(GRANT, failing)).rejects.toThrow('no such topic');
    expect(await store.read(server)).toMatchObject({ told: [], telling: ['reserve'] });
    expect((await swept(GRANT)).subjects).toEqual(aboutReserve());
    expect(await swept(GRANT)).toEqual(QUIET);
  });
});

describe('Without a memory to go by, nothing is told but to the log, with each sweep', () => {
  test('where there is no table', async () => {
    for (const _ of [1, 2])
      expect(await swept(BOTH, { memory: null })).toEqual({
        subjects: [],
        lines: ['misconfigured terminate', 'misconfigured reserve'],
        counted: [],
      });
  });

  test.each([
    ['GetItem', 'denying'],
    ['PutItem', 'denying'],
    ['PutItem', 'failing'],
  ] as const)('where %s is answered by %s', async (operation, behaviour) => {
    dynamodb.behave(behaviour, operation);
    for (const _ of [1, 2])
      expect(await swept(GRANT)).toEqual({
        subjects: [],
        lines: ['memory-trouble', 'misconfigured reserve'],
        counted: ['memoryUnreadable'],
      });
  });

  test('where the item is from a version that we do not know', async () => {
    const memory = { S: '{"paused":null,"told":[],"telling":[],"incident":null}' };
    const item = { server: { S: server }, version: { N: '1' }, memory };
    await dynamodb.put(item);
    expect((await swept(GRANT)).lines).toEqual(['memory-trouble', 'misconfigured reserve']);
    expect(await dynamodb.get(server)).toEqual(item);
  });

  test('what was told and could not be marked is told once more', async () => {
    const publish = toPeople(async () => {
      dynamodb.behave('denying', 'PutItem');
      return undefined;
    });
    expect((await swept(GRANT, { publish })).lines).toEqual(['told', 'memory-trouble']);
    dynamodb.behave('well');
    expect((await swept(GRANT)).subjects).toEqual(aboutReserve());
    expect(await swept(GRANT)).toEqual(QUIET);
  });
});

describe('Two writers at once', () => {
  /** Both have read before either of them writes. */
  function meeting(): MemoryStore {
    const met = Promise.withResolvers<void>();
    let readers = 0;
    const read: MemoryStore['read'] = async (name) => {
      const memory = await store.read(name);
      readers += 1;
      if (readers === 2) met.resolve();
      await met.promise;
      return memory;
    };
    return { ...store, read };
  }
  const conflictsAfter = (before: number) =>
    dynamodb.calls.slice(before).filter(({ error }) => error === 'ConditionalCheckFailedException').length;

  test('of two reports at least one tells, and the memory is that of one after the other', async () => {
    const before = dynamodb.calls.length;
    const memory = meeting();
    const [one, two] = await Promise.all([swept(GRANT, { memory }), swept(GRANT, { memory })]);
    expect(conflictsAfter(before)).toBeGreaterThan(0);
    expect([...one.subjects, ...two.subjects].length).toBeGreaterThan(0);
    expect([...one.counted, ...two.counted]).toEqual([]);
    expect(await store.read(server)).toMatchObject({ told: ['reserve'], telling: [], paused: null });
    expect(await swept(GRANT)).toEqual(QUIET);
  });

  test('a report does not undo the pause that an operator sets meanwhile', async () => {
    const before = dynamodb.calls.length;
    const memory = meeting();
    const pausing = updateMemory(memory, server, (known) => ({ ...known, paused: PAUSE }));
    const [{ subjects }] = await Promise.all([swept(GRANT, { memory }), pausing]);
    expect(conflictsAfter(before)).toBeGreaterThan(0);
    expect(subjects).toEqual(aboutReserve());
    expect(await store.read(server)).toMatchObject({ told: ['reserve'], telling: [], paused: PAUSE });
  });
});
