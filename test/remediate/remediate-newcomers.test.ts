import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy, endedOf, resultsOf, withDatabase } from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { fillUntilRefused, openIdle, openMany, type TestSession } from '../support/sessions.ts';

/** What becomes of the freed slots, and of those that could not be freed. */

const ENFORCE = eagerPolicy('enforce', { freeSlots: 10 });
/** One slot is free at first, for our own session takes one from those who come while it is there. */
const NEED = 9;

let server: TestServer;
let app: Role;
let headroom: Role;

beforeAll(async () => {
  const settings = { max_connections: 30, superuser_reserved_connections: 3, reserved_connections: 3 };
  server = await startServer({ version: 18, settings });
  app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
});
afterAll(() => server.stop());
afterEach(async () => {
  await expectNothingLeft(server);
  await endAllSessions(server);
});

const fillWith = async (application: string) => {
  const [last, ...sessions] = (await fillUntilRefused(server, { role: app, application })).sessions;
  await last?.close();
  return sessions;
};
/** Clients that get in, one after the other, while the run waits for its last read. */
const whileSettling = (count: number, application: string) =>
  briskPorts(server, headroom, async () => {
    for (let left = count; left > 0; left -= 1) await openIdle(server, { role: app, application });
  });

test('slots that the same application takes again at once are reported, never chased', async () => {
  const sessions = await fillWith('billing');
  const record = await remediate(aRequest({ policy: ENFORCE }), whileSettling(NEED, 'billing'));
  expect(record).toMatchObject({ outcome: 'refilled', problem: null });
  expect(resultsOf(record)).toEqual({ terminated: NEED });
  expect(await endedOf(sessions, record)).toHaveLength(NEED);
  const settled = record.readings.at(-1);
  expect(settled?.came.map(({ application }) => application)).toEqual(Array(NEED).fill('billing'));
  expect(settled?.pressure).toMatchObject([{ free: 1, under: true, need: NEED }]);
});

test('slots that others get are what they were freed for', async () => {
  await fillWith('billing');
  const record = await remediate(aRequest({ policy: ENFORCE }), whileSettling(5, 'checkout'));
  expect(record.outcome).toBe('recovered');
  expect(resultsOf(record)).toEqual({ terminated: NEED });
  const settled = record.readings.at(-1);
  expect(settled?.came.map(({ application }) => application)).toEqual(Array(5).fill('checkout'));
  expect(settled?.pressure).toMatchObject([{ free: 5, under: false }]);
});

test('when so many others come that the pressure stays, it is relieved in part', async () => {
  await fillWith('billing');
  const record = await remediate(aRequest({ policy: ENFORCE }), whileSettling(8, 'checkout'));
  expect(record.outcome).toBe('partial');
  expect(resultsOf(record)).toEqual({ terminated: NEED });
});

test('victims that we may not end are replaced by as many others, never by more', async () => {
  const guest = await createRole(server, 'guest');
  const teamMember = await createRole(server, 'team_member');
  await server.query('GRANT pg_read_all_stats, pg_use_reserved_connections, app TO team_member');
  // The largest group goes first, and its sessions are nobody's that our role is a member of.
  const forbidden = await openMany(NEED + 1, () => openIdle(server, { role: guest, application: 'etl' }));
  await openMany(7, () => openIdle(server, { role: app, application: 'billing' }));
  expect(await fillWith('checkout')).toHaveLength(6);
  const record = await remediate(aRequest({ policy: ENFORCE }), briskPorts(server, teamMember));
  expect(record.outcome).toBe('recovered');
  expect(resultsOf(record)).toEqual({ forbidden: NEED, terminated: NEED });
  expect(record.attempts.map(({ round }) => round)).toEqual([...Array(NEED).fill(1), ...Array(NEED).fill(2)]);
  await expectAlive(server, forbidden);
});

test('a session that was told to end and takes long is none of those that its group keeps', async () => {
  const slow = await openMany(NEED, () => openIdle(server, { role: app, application: 'a-slow-group' }));
  const two = await openMany(2, () => openIdle(server, { role: app, application: 'billing' }));
  await fillWith('web');
  const wakeful = new Set<TestSession>();
  const ports = withDatabase(briskPorts(server, headroom), (database) => ({
    ...database,
    terminate: async (victims) => {
      const pids = victims.map(({ pid }) => pid);
      if (wakeful.size === 0) {
        for (const session of two) if (pids.includes(session.pid)) wakeful.add(session);
        await Promise.all([...wakeful].map(({ client }) => client.query('SELECT 1')));
        process.kill(pids[0] ?? 0, 'SIGSTOP');
      }
      return database.terminate(victims);
    },
  }));
  const policy = { ...ENFORCE, protect: { ...ENFORCE.protect, applications: ['web'] } };
  const limits = { ...ENFORCE.limits, keepPerGroup: 1 };
  const record = await remediate(aRequest({ policy: { ...policy, limits } }), ports);
  process.kill(record.attempts[0]?.pid ?? 0, 'SIGCONT');
  // Of the slow group all but one, and then the one that is left to choose of the other.
  expect(record.attempts.map(({ round, result }) => `${round} ${result}`)).toEqual([
    '1 still-there',
    ...Array(NEED - 2).fill('1 terminated'),
    '1 changed',
    '2 terminated',
  ]);
  const tried = new Set(record.attempts.map(({ pid }) => pid));
  const kept = slow.filter(({ pid }) => !tried.has(pid));
  expect([kept.length, wakeful.size]).toEqual([1, 1]);
  await expectAlive(server, [...kept, ...wakeful]);
});

test('a role limit is relieved within the role, though the server has room', async () => {
  const limited = await createRole(server, 'limited', 'CONNECTION LIMIT 4');
  const others = await openMany(6, () => openIdle(server, { role: app, application: 'web' }));
  const { sessions, refusal } = await fillUntilRefused(server, { role: limited, application: 'jobs' });
  expect(refusal.routine).toBe('InitializeSessionUserId');
  const record = await remediate(aRequest({ policy: ENFORCE }), briskPorts(server, headroom));
  expect(record.outcome).toBe('recovered');
  expect(record.plan?.pressure).toMatchObject([
    { scope: { kind: 'role', name: 'limited' }, usable: 4, used: 4, need: 2 },
    { scope: { kind: 'server' }, under: false },
  ]);
  expect(resultsOf(record)).toEqual({ terminated: 2 });
  expect(await endedOf(sessions, record)).toHaveLength(2);
  await expectAlive(server, others);
});

test('under pressure where no session may end, nothing is done', async () => {
  const policy = { ...ENFORCE, protect: { ...ENFORCE.protect, applications: ['bill*'] } };
  const sessions = await fillWith('billing');
  const record = await remediate(aRequest({ policy }), briskPorts(server, headroom));
  expect(record).toMatchObject({ outcome: 'no-candidates', attempts: [] });
  await expectAlive(server, sessions);
});
