import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import { recallFrom } from '../../functions/aws/recall.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { toPeople } from '../support/published.ts';
import { deliver } from '../support/reported.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy } from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { fillUntilRefused, openIdle } from '../support/sessions.ts';

/** A real server, real runs, a real table: a pool that opens again whatever is ended. */

const ENFORCE = eagerPolicy('enforce', { freeSlots: 10 });
const NEED = 9;

let server: TestServer;
let app: Role;
let headroom: Role;
let dynamodb: LoopbackDynamoDb;

beforeAll(async () => {
  const settings = { max_connections: 30, superuser_reserved_connections: 3, reserved_connections: 3 };
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
  await expectNothingLeft(server);
  await endAllSessions(server);
});

/** Its pool takes back every slot while the run waits for its last read. */
async function runOnce(runId: string): Promise<RunRecord> {
  const ports = briskPorts(server, headroom, async () => {
    for (let left = NEED; left > 0; left -= 1) await openIdle(server, { role: app, application: 'pool' });
  });
  const recall = recallFrom('orders', TABLE, 60_000);
  return remediate(aRequest({ runId, server: 'orders', policy: ENFORCE }), { ...ports, recall });
}

test('a pool that takes its slots back is left alone from the fourth run on, until a person resumes', async () => {
  const [last] = (await fillUntilRefused(server, { role: app, application: 'pool' })).sessions;
  await last?.close();
  const messages: Message[] = [];
  const publish = toPeople(async (message) => {
    messages.push(message);
  });
  const report = (record: RunRecord) => deliver(record, { publish, now: Date.now });
  for (const runId of ['first', 'second', 'third']) {
    const record = await runOnce(runId);
    expect([record.outcome, record.attempts.length]).toEqual(['refilled', NEED]);
    await report(record);
  }
  const untouched = [await openIdle(server, { role: app, application: 'pool' })];
  const paused = await runOnce('fourth');
  expect(paused).toMatchObject({
    outcome: 'paused',
    attempts: [],
    recall: { paused: { by: 'the breaker' } },
  });
  await report(paused);
  await expectAlive(server, untouched);
  expect(messages.map(({ subject }) => subject)).toEqual([
    expect.stringMatching(/^\[critical\] orders (?:FULL AGAIN|filling again) .*pool.*, 9 of 9 taken again/),
    expect.stringMatching(/^\[critical\] orders .*, runs PAUSED until \d\d:\d\d UTC: idle pools of pool/),
  ]);

  const memory = memoryIn(TABLE);
  const known = await memory.read('orders');
  await memory.write('orders', { ...known, version: known.version + 1, paused: null });
  const resumed = await runOnce('fifth');
  expect([resumed.outcome, resumed.attempts.length]).toEqual(['refilled', NEED + 1]);
});
