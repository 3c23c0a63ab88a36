import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import { recallFrom } from '../../functions/aws/recall.ts';
import { BREAKER } from '../../functions/core/incident/breaker.ts';
import { NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import type { Pause } from '../../functions/core/run/pause.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy, resultsOf, SWEEP } from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { fillUntilRefused, openIdle } from '../support/sessions.ts';

const ENFORCE = eagerPolicy('enforce', { freeSlots: 9 });
const OBSERVE = eagerPolicy('observe', { freeSlots: 9 });
const PAUSE = { at: '2026-11-21T03:15:42.512Z', by: 'ada', reason: 'fail-over test', until: null };
const NEED = 9;

let server: TestServer;
let app: Role;
let headroom: Role;
let dynamodb: LoopbackDynamoDb;

beforeAll(async () => {
  const settings = { max_connections: 30, reserved_connections: 3, log_statement: 'all' };
  [server, dynamodb] = await Promise.all([startServer({ version: 18, settings }), startLoopbackDynamoDb()]);
  app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
});
afterAll(() => Promise.all([server.stop(), dynamodb.close()]));
beforeEach(() => {
  for (const [name, value] of Object.entries({ ...LOOPBACK_IDENTITY, ...dynamodb.environment }))
    vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  dynamodb.behave('well');
  await expectNothingLeft(server);
  await endAllSessions(server);
});

type Line = readonly [event: string, fields: Readonly<Record<string, unknown>>];

/** One run with the memory of a server of this name. A busy machine needs longer to answer than a run waits. */
async function run(
  name: string,
  request: Parameters<typeof aRequest>[0],
  recall = recallFrom(name, TABLE, 60_000),
) {
  const lines: Line[] = [];
  const ports: RemediatePorts = {
    ...briskPorts(server, headroom),
    recall,
    log: (event, fields) => lines.push([event, fields]),
  };
  return { record: await remediate(aRequest(request), ports), lines };
}

const pause = (name: string, paused: Pause = PAUSE) =>
  memoryIn(TABLE).write(name, { ...NOTHING_REMEMBERED, version: 1, paused });
const fill = () => fillUntilRefused(server, { role: app, application: 'billing' });

/** Everything but what was done is as if it had been. */
function expectOnlyPlanned({ plan, attempts, readings }: RunRecord): void {
  expect(plan?.victims).toHaveLength(NEED);
  expect([attempts, readings]).toEqual([[], []]);
}

describe('A paused run under pressure', () => {
  test.each([
    ['after a refusal', {}],
    ['on the schedule', { trigger: SWEEP }],
  ])('%s plans, and sends nothing that ends anybody', async (_, request) => {
    await pause('paused');
    const { sessions } = await fill();
    const logged = server.log().length;
    const { record, lines } = await run('paused', { policy: ENFORCE, ...request });

    expect(record).toMatchObject({
      outcome: 'paused',
      mode: 'enforce',
      problem: null,
      recall: { kind: 'read', table: TABLE, paused: PAUSE },
    });
    expectOnlyPlanned(record);
    expect(lines.map(([event]) => event)).toEqual(['paused']);
    expect(server.log().slice(logged)).not.toContain('pg_terminate_backend');
    await expectAlive(server, sessions);
  });

  test('in a policy that only observes is told as what it observed', async () => {
    await pause('paused');
    await fill();
    const { record } = await run('paused', { policy: OBSERVE });
    expect(record).toMatchObject({ outcome: 'recovered', mode: 'observe', recall: { paused: PAUSE } });
  });
});

describe("The breaker's pause", () => {
  const until = (ms: number) => ({ ...PAUSE, by: BREAKER, until: new Date(Date.now() + ms).toISOString() });

  test('is obeyed while it lasts', async () => {
    const paused = until(60_000);
    await pause('tripped', paused);
    await fill();
    const { record } = await run('tripped', { policy: ENFORCE });
    expect(record).toMatchObject({ outcome: 'paused', recall: { paused } });
    expectOnlyPlanned(record);
  });

  test('ends by itself: the next run acts', async () => {
    await pause('over', until(-1));
    await fill();
    const { record, lines } = await run('over', { policy: ENFORCE });
    expect(record).toMatchObject({ outcome: 'recovered', recall: { kind: 'read', paused: null } });
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(lines.map(([event]) => event)).toEqual(['terminating']);
  });
});

test('a paused run without pressure is healthy, and what could be reaped stays', async () => {
  await pause('paused');
  const sessions = [1, 2, 3].map(() => openIdle(server, { role: app, application: 'billing' }));
  const policy = { ...ENFORCE, reap: { minAgeMs: 0 } };
  const opened = await Promise.all(sessions);
  const { record } = await run('paused', { policy, trigger: SWEEP });
  expect(record).toMatchObject({ outcome: 'healthy', attempts: [], recall: { paused: PAUSE } });
  expect(record.plan?.victims).toHaveLength(2);
  await expectAlive(server, opened);
});

describe('With a memory that holds no pause', () => {
  test.each([
    ['because nothing is remembered yet', 'new', null],
    ['because it was resumed', 'resumed', { ...NOTHING_REMEMBERED, version: 1 }],
  ])('%s a run acts', async (_, name, memory) => {
    if (memory !== null) await memoryIn(TABLE).write(name, memory);
    await fill();
    const { record, lines } = await run(name, { policy: ENFORCE, trigger: SWEEP });
    expect(record).toMatchObject({ outcome: 'recovered', recall: { kind: 'read', paused: null } });
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(lines.map(([event]) => event)).toEqual(['terminating']);
  });
});

describe.each(['denying', 'silent'] as const)('With a memory that is %s', (behaviour) => {
  beforeEach(() => dynamodb.behave(behaviour));
  const asUsual = recallFrom('orders', TABLE);
  const UNREADABLE = { kind: 'unreadable', table: TABLE, problem: { code: 'memory-unreadable' } };

  test('a run after a refusal acts, and says so', async () => {
    await fill();
    const { record, lines } = await run('orders', { policy: ENFORCE }, asUsual);
    expect(record).toMatchObject({
      outcome: 'recovered',
      mode: 'enforce',
      problem: null,
      recall: UNREADABLE,
    });
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(lines.map(([event]) => event)).toEqual(['memory-unreadable', 'terminating']);
  });

  test('a sweep only observes, and says so', async () => {
    const { sessions } = await fill();
    const { record, lines } = await run('orders', { policy: ENFORCE, trigger: SWEEP }, asUsual);
    expect(record).toMatchObject({ outcome: 'recovered', mode: 'observe', recall: UNREADABLE });
    expect(record.policy.mode).toBe('enforce');
    expectOnlyPlanned(record);
    expect(lines.map(([event]) => event)).toEqual(['memory-unreadable']);
    await expectAlive(server, sessions);
  });
});

describe('Getting in does not wait for memory', () => {
  test('a connect begins before memory is asked, and a run goes on while it is not answered', async () => {
    const steps: string[] = [];
    const answer = Promise.withResolvers<null>();
    const ports = briskPorts(server, headroom);
    const running = remediate(aRequest({ policy: OBSERVE, trigger: SWEEP }), {
      ...ports,
      connect: async (deadline) => {
        steps.push('connecting');
        const connection = await ports.connect(deadline);
        if ('problem' in connection) return connection;
        const { database } = connection;
        const readSnapshot = async () => {
          const snapshot = await database.readSnapshot();
          steps.push('looked');
          answer.resolve(null);
          return snapshot;
        };
        return { ...connection, database: { ...database, readSnapshot } };
      },
      recall: () => {
        steps.push('recalling');
        return answer.promise;
      },
    });
    expect(await running).toMatchObject({ outcome: 'healthy', recall: null });
    expect(steps).toEqual(['connecting', 'recalling', 'looked']);
  });

  test.each([
    ['is off', { policy: { ...ENFORCE, mode: 'off' as const } }],
    [
      'has nothing to do',
      { policy: ENFORCE, trigger: { kind: 'schedule' as const, at: '2020-01-01T00:00:00.000Z', id: null } },
    ],
  ])('memory is not asked by a run that %s', async (_, request) => {
    const before = dynamodb.calls.length;
    const { record } = await run('orders', request);
    expect(record.recall).toBeNull();
    expect(dynamodb.calls).toHaveLength(before);
  });
});
