import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import type { Policy } from '../../functions/core/policy/policy.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { oursOn } from '../support/interrupted-window.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { RunElsewhere } from '../support/run-elsewhere.ts';
import { aRequest, briskPorts, eagerPolicy, SWEEP, untilLockIsTaken, withDatabase } from '../support/runs.ts';
import { endAllSessions, expectNothingLeft } from '../support/server-state.ts';
import { fillUntilRefused, openIdle } from '../support/sessions.ts';
import { type StoppedClock, stopClock } from '../support/stop-clock.ts';
import { inMs } from '../support/targets.ts';

/** However a run ends, it leaves no session and no lock with the server, and nothing that keeps its process. */

const ENFORCE = eagerPolicy('enforce', { freeSlots: 9 });
/** The key of the product's lock, "pghr" in ASCII. */
const LOCK_KEY = 0x70676872;

let server: TestServer;
let app: Role;
let headroom: Role;
let blind: Role;

beforeAll(async () => {
  const settings = { max_connections: 30, superuser_reserved_connections: 3, reserved_connections: 3 };
  server = await startServer({ version: 18, settings });
  app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
  blind = await createRole(server, 'half_blind', 'IN ROLE pg_signal_backend');
});
afterAll(() => server.stop());

const fill = async () => void (await fillUntilRefused(server, { role: app, application: 'billing' }));
const somebody = async () => void (await openIdle(server, { role: app }));
const endOurs = async () => {
  for (const { pid } of await oursOn(server)) await server.query('SELECT pg_terminate_backend($1)', [pid]);
};
/** Our session's process stands still for the rest of the run. */
const stopOurs = async () => {
  for (const { pid } of await oursOn(server)) process.kill(pid, 'SIGSTOP');
};
/** With a stopped clock, time passes from that step on. */
function rightBefore(
  step: 'readSnapshot' | 'terminate',
  happens: () => Promise<void>,
  { ports, start }: StoppedClock = { ports: plain(), start: () => {} },
): RemediatePorts {
  const strikeAt = async (at: typeof step) => {
    if (at !== step) return;
    await happens();
    start();
  };
  return withDatabase(ports, (database) => ({
    ...database,
    readSnapshot: async () => {
      await strikeAt('readSnapshot');
      return database.readSnapshot();
    },
    terminate: async (victims) => {
      await strikeAt('terminate');
      return database.terminate(victims);
    },
  }));
}

type Fields = Partial<Parameters<typeof aRequest>[0]>;
type Case = readonly [
  outcome: string,
  when: string,
  code: string | null,
  given: () => Promise<void>,
  ports: () => RemediatePorts,
  fields: () => Fields,
];
const plain = () => briskPorts(server, headroom);
const asApp = () => briskPorts(server, app);
const asBlind = () => briskPorts(server, blind);
const withWrongPassword = () => briskPorts(server, { ...headroom, password: 'wrong' });
const stoppedReading = () => rightBefore('readSnapshot', stopOurs, stopClock(plain()));
const stoppedEnding = () => rightBefore('terminate', stopOurs, stopClock(plain()));
const lostReading = () => rightBefore('readSnapshot', endOurs);
const lostEnding = () => rightBefore('terminate', endOurs);
const within = (ms: number) => (): Fields => ({ deadline: inMs(ms) });
const under = (policy: Policy) => (): Fields => ({ policy });
const usual = (): Fields => ({});
const impossible = eagerPolicy('enforce', { freeSlots: 1_000 });

describe('A run leaves nothing behind that ends', () => {
  test.each<Case>([
    ['healthy', 'on the schedule', null, somebody, plain, () => ({ trigger: SWEEP })],
    ['unexplained', 'after an alarm', null, somebody, plain, usual],
    ['recovered', 'having acted', null, fill, plain, usual],
    ['recovered', 'only observing', null, fill, plain, under(eagerPolicy('observe', { freeSlots: 9 }))],
    ['no-candidates', 'letting nobody go', null, fill, plain, under(parsePolicy({ mode: 'enforce' }))],
    ['failed', 'by its policy', 'target-unreachable', fill, plain, under(impossible)],
    ['blind', 'without the grant', 'blind-role', somebody, asBlind, usual],
    ['cannot-connect', 'on a full server', 'connect-full', fill, asApp, within(700)],
    ['cannot-connect', 'with a wrong password', 'connect-denied', somebody, withWrongPassword, usual],
    ['failed', 'while a read hangs', 'deadline-near', fill, stoppedReading, within(1_000)],
    ['unverified', 'while a window hangs', 'deadline-near', fill, stoppedEnding, within(1_500)],
    ['failed', 'its session lost before it acted', 'connection-lost', fill, lostReading, usual],
    ['partial', 'its session lost while it acted', 'connection-lost', fill, lostEnding, usual],
  ])('%s %s', async (outcome, _, code, given, ports, fields) => {
    await given();
    const record = await remediate(aRequest({ policy: ENFORCE, ...fields() }), ports());
    // Where it was stopped, the server hears of our leaving once it goes on.
    for (const { pid } of await oursOn(server)) process.kill(pid, 'SIGCONT');
    expect([record.outcome, record.problem?.code ?? null]).toEqual([outcome, code]);
    await expectNothingLeft(server);
    await endAllSessions(server);
  });

  test('busy, the other one having its lock to itself', async () => {
    const holder = await server.connect(headroom);
    await holder.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    const record = await remediate(aRequest({ policy: ENFORCE }), untilLockIsTaken(plain()));
    expect(record.outcome).toBe('busy');
    expect(await oursOn(server)).toEqual([]);
    const locks = await server.query("SELECT pid FROM pg_locks WHERE locktype = 'advisory'");
    expect(locks).toEqual([{ pid: Reflect.get(holder, 'processID') }]);
    await holder.end();
  });
});

test('A process in which a run has ended ends by itself', async () => {
  await fill();
  const errand = { address: server, role: headroom, freeSlots: 9, deadlineMs: 30_000 };
  await using elsewhere = new RunElsewhere(errand);
  await elsewhere.terminating();
  await elsewhere.send();
  expect((await elsewhere.record()).outcome).toBe('recovered');
  await expectNothingLeft(server);
  await endAllSessions(server);
});
