import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import {
  aRequest,
  bothIn,
  briskPorts,
  eagerPolicy,
  endedOf,
  resultsOf,
  SWEEP,
  victimsOf,
  withDatabase,
} from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { fillUntilRefused, openActive, openIdle, openListener } from '../support/sessions.ts';

const UNTIL = { freeSlots: 9 };
const OBSERVE = eagerPolicy('observe', UNTIL);
const ENFORCE = eagerPolicy('enforce', UNTIL);
/** A full server has no free slot, and nine are wanted. */
const NEED = 9;

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;

  beforeAll(async () => {
    const settings = {
      max_connections: 30,
      superuser_reserved_connections: 3,
      log_statement: 'all',
      ...(version >= 16 && { reserved_connections: 3 }),
    };
    server = await startServer({ version, settings });
    app = await createRole(server, 'app');
    headroom =
      version >= 16
        ? await createLeastPrivilegeRole(server)
        : await createRole(server, 'headroom', 'SUPERUSER');
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await expectNothingLeft(server);
    await endAllSessions(server);
  });

  const billing = () => ({ role: app, application: 'billing' });

  test('a full server gets exactly as many slots back as the policy wants, from sessions that may end', async () => {
    const notifier = await openListener(server, { role: app, application: 'notifier' });
    const report = await openActive(server, { role: app, application: 'report' });
    const { sessions } = await fillUntilRefused(server, billing());
    const record = await remediate(aRequest({ policy: ENFORCE }), briskPorts(server, headroom));

    expect(record).toMatchObject({ outcome: 'recovered', problem: null, mode: 'enforce' });
    expect(record.plan).toMatchObject({ verdict: 'sufficient', missing: 0, pressure: [{ need: NEED }] });
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(record.attempts.map(({ pid }) => pid)).toEqual(victimsOf(record));
    const ended = await endedOf([notifier, report, ...sessions], record);
    expect(ended.map((session) => session.errorCode())).toEqual(Array(NEED).fill('57P01'));
    await expectAlive(server, [notifier, report]);
    expect(record.readings.map(({ phase, gone, came }) => [phase, gone, came.length])).toEqual([
      ['verified', NEED, 0],
      ['settled', NEED, 0],
    ]);
    expect(record.readings.at(-1)?.pressure).toMatchObject([{ free: NEED, under: false, need: 0 }]);
    await openIdle(server, { role: app, application: 'a customer' });
  });

  test('observing plans the same and sends no statement that ends anybody', async () => {
    const { sessions } = await fillUntilRefused(server, billing());
    const logged = server.log().length;
    const observed = await remediate(aRequest({ policy: OBSERVE }), briskPorts(server, headroom));
    const log = server.log().slice(logged);

    expect(observed).toMatchObject({ outcome: 'recovered', mode: 'observe', attempts: [], readings: [] });
    expect(log).toContain('pg_stat_activity');
    expect(log).not.toContain('pg_terminate_backend');
    await expectAlive(server, sessions);
    const { snapshot, plan } = observed;
    expect(plan?.victims).toHaveLength(NEED);
    expect(snapshot && planRemediation(snapshot, ENFORCE, 'alarm')).toEqual(plan);

    const enforced = await remediate(aRequest({ policy: ENFORCE }), briskPorts(server, headroom));
    expect(resultsOf(enforced)).toEqual({ terminated: NEED });
    // One statement for all of them.
    expect(server.log().slice(logged).split('pg_terminate_backend(a.pid)')).toHaveLength(2);
  });

  test('on a healthy server a schedule has nothing to do, and an alarm stays unexplained', async () => {
    const session = await openIdle(server, billing());
    const swept = await remediate(
      aRequest({ policy: ENFORCE, trigger: SWEEP }),
      briskPorts(server, headroom),
    );
    expect(swept).toMatchObject({ outcome: 'healthy', attempts: [], connecting: { attempts: 1 } });
    const alarmed = await remediate(aRequest({ policy: ENFORCE }), briskPorts(server, headroom));
    expect(alarmed).toMatchObject({ outcome: 'unexplained', problem: null, attempts: [] });
    await expectAlive(server, [session]);
  });

  test('of two runs at the same moment one acts', async () => {
    const { sessions } = await fillUntilRefused(server, billing());
    // Both are in before either goes on: one that is still being let in would count as a stranger's slot.
    const ports = bothIn(briskPorts(server, headroom));
    const request = aRequest({ policy: ENFORCE, trigger: SWEEP });
    const records = await Promise.all(
      ['run-1', 'run-2'].map((runId) => remediate({ ...request, runId }, ports)),
    );
    const acted = records.filter(({ outcome }) => outcome === 'recovered');
    const waited = records.filter(({ outcome }) => outcome === 'healthy' || outcome === 'busy');
    expect([acted.length, waited.length]).toEqual([1, 1]);
    expect(records.flatMap(({ attempts }) => attempts)).toHaveLength(NEED);
    for (const record of acted) expect(await endedOf(sessions, record)).toHaveLength(NEED);
  });

  test('a session that wakes up between snapshot and termination stays, and another ends instead', async () => {
    const { sessions } = await fillUntilRefused(server, billing());
    const woken = new Set<number | null>();
    const ports = withDatabase(briskPorts(server, headroom), (database) => ({
      ...database,
      terminate: async (victims) => {
        if (woken.size === 0) {
          for (const { pid } of victims.slice(2, 5)) woken.add(pid);
          const wakeful = sessions.filter(({ pid }) => woken.has(pid));
          await Promise.all(wakeful.map(({ client }) => client.query('SELECT 1')));
        }
        return database.terminate(victims);
      },
    }));
    const record = await remediate(aRequest({ policy: ENFORCE }), ports);

    expect(record.outcome).toBe('recovered');
    expect(resultsOf(record)).toEqual({ terminated: NEED, changed: 3 });
    const changed = record.attempts.filter(({ result }) => result === 'changed');
    expect(changed.map(({ pid, round }) => [pid, round])).toEqual([...woken].map((pid) => [pid, 1]));
    const second = record.attempts.filter(({ round }) => round === 2);
    expect(second.map(({ result }) => result)).toEqual(Array(3).fill('terminated'));
    await expectAlive(
      server,
      sessions.filter(({ pid }) => woken.has(pid)),
    );
    expect(await endedOf(sessions, record)).toHaveLength(NEED);
    expect(record.readings.map(({ phase }) => phase)).toEqual(['verified', 'verified', 'settled']);
  });

  test('a session that leaves by itself between snapshot and termination is gone, and no other ends instead', async () => {
    const { sessions } = await fillUntilRefused(server, billing());
    const ports = withDatabase(briskPorts(server, headroom), (database) => ({
      ...database,
      terminate: async (victims) => {
        await sessions.find(({ pid }) => pid === victims[0]?.pid)?.close();
        return database.terminate(victims);
      },
    }));
    const record = await remediate(aRequest({ policy: ENFORCE }), ports);
    expect(record.outcome).toBe('recovered');
    expect(resultsOf(record)).toEqual({ terminated: NEED - 1, gone: 1 });
  });
});
