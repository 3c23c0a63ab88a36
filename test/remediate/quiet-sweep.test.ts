import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { slotHolders } from '../../functions/core/server/slots.ts';
import { type KnownSlots, knownSlots } from '../../functions/postgres/connection/known-slots.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { alarmNow, aRequest, brisk, eagerPolicy, SWEEP, untilLockIsTaken } from '../support/runs.ts';
import { endAllSessions, expectNothingLeft } from '../support/server-state.ts';
import { openActive, openIdle, openIdleInTransaction, openMany } from '../support/sessions.ts';
import { stopClock } from '../support/stop-clock.ts';
import { inMs, targetOf } from '../support/targets.ts';

const ENFORCE = eagerPolicy('enforce', { freeSlots: 9 });
const HOUR_MS = 3_600_000;

describe.each(VERSIONS)('Sweeps of a quiet PostgreSQL %i', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;
  let slots: KnownSlots;

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: 30 } });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    vi.useRealTimers();
    await endAllSessions(server);
    await expectNothingLeft(server);
  });

  /** As in one function that stays warm. */
  const ports = (role = headroom): RemediatePorts =>
    brisk(
      serverPorts(
        targetOf(server),
        async () => role,
        () => {},
        { slots },
      ),
    );
  type Changes = Partial<Parameters<typeof aRequest>[0]>;
  const sweep = (request: Changes = {}, role = headroom, change = (plain: RemediatePorts) => plain) =>
    remediate(aRequest({ policy: ENFORCE, trigger: SWEEP, ...request }), change(ports(role)));
  const first = async (role = headroom) => {
    slots = knownSlots();
    const record = await sweep({}, role);
    if (record.snapshot === null) throw new Error('The first sweep only counted');
    return { ...record, snapshot: record.snapshot };
  };

  test('look at everything first, and then only count', async () => {
    await openIdle(server, { role: app });
    const { outcome, misconfigurations } = await first();
    expect(outcome).toBe('healthy');
    expect(misconfigurations?.[0]).toMatchObject({ check: 'connection-limit' });
    await openIdle(server, { role: app });
    expect(await sweep()).toMatchObject({
      outcome: 'healthy',
      problem: null,
      snapshot: null,
      misconfigurations: null,
      plan: { verdict: 'healthy', pressure: [{ scope: { kind: 'server' }, used: 2, under: false, need: 0 }] },
      timings: { locked: expect.any(Number), snapshot: null },
    });
  });

  test('wait for another run to end, which may still be settling', async () => {
    await first();
    const holder = await server.connect(headroom);
    await holder.query('SELECT pg_advisory_lock(1885825138)');
    const busy = await sweep({}, headroom, untilLockIsTaken);
    await holder.end();
    expect(busy).toMatchObject({ outcome: 'busy', plan: null });
  });

  test('count the same sessions as a snapshot: not our own, and none of the server', async () => {
    await Promise.all([
      openIdle(server, { role: app }),
      openIdle(server, { role: app, application: 'pg-headroom' }),
      openIdle(server, { role: headroom, application: 'pg-headroom' }),
      openIdle(server, { role: headroom, application: 'psql' }),
      openIdle(server, { role: server.superuser }),
      openIdleInTransaction(server, { role: app }),
      openActive(server, { role: app }),
    ]);
    const { snapshot, plan } = await first();
    const counted = await sweep();
    expect(slotHolders(snapshot)).toHaveLength(6);
    expect(counted.snapshot).toBeNull();
    expect(counted.plan?.pressure).toEqual(plan?.pressure);
  });

  test('look as soon as there is pressure, and act', async () => {
    await first();
    await openMany(25, () => openIdle(server, { role: app }));
    const record = await sweep();
    expect(record).toMatchObject({ outcome: 'recovered', plan: { verdict: 'sufficient' } });
    expect(record.attempts.length).toBeGreaterThan(0);
  });

  test('look where a count does not tell: at a refusal, to reap, and with thresholds that do not fit', async () => {
    await first();
    expect(await sweep({ trigger: alarmNow() })).toMatchObject({ outcome: 'unexplained' });
    const looked = await sweep({ policy: { ...ENFORCE, reap: { minAgeMs: HOUR_MS } } });
    expect(looked.snapshot).not.toBeNull();
    const tooMany = eagerPolicy('enforce', { freeSlots: 40 });
    expect(await sweep({ policy: tooMany })).toMatchObject({
      outcome: 'failed',
      problem: { code: 'target-unreachable' },
    });
  });

  test('look again an hour after the configuration was checked, whatever was looked at since', async () => {
    const started = Date.now();
    await first();
    const sweepAfter = (ms: number, request: Parameters<typeof sweep>[0] = {}) => {
      vi.useFakeTimers({ toFake: ['Date'], now: started + ms });
      return sweep({ deadline: started + ms + 30_000, ...request });
    };
    const reaping = { policy: { ...ENFORCE, reap: { minAgeMs: HOUR_MS } } };
    const short = { deadline: started + HOUR_MS / 2 + 3_000, ...reaping };
    expect(await sweepAfter(HOUR_MS / 2, short)).toMatchObject({ misconfigurations: null });
    expect(await sweepAfter(HOUR_MS - 60_000)).toMatchObject({ snapshot: null });
    const later = await sweepAfter(HOUR_MS + 60_000);
    expect([later.snapshot !== null, later.misconfigurations !== null]).toEqual([true, true]);
  });

  test('look again where the configuration could not be checked', async () => {
    slots = knownSlots();
    const short = await sweep({ deadline: inMs(3_900) }, headroom, (plain) => stopClock(plain).ports);
    expect(short).toMatchObject({ outcome: 'healthy', misconfigurations: null });
    expect((await sweep()).misconfigurations).not.toBeNull();
  });

  test('look who grows when people are about to be warned, and only from 40 % of use on', async () => {
    await first();
    const counts: number[] = [];
    const warned = (isNews: boolean) =>
      remediate(aRequest({ policy: ENFORCE, trigger: SWEEP }), {
        ...ports(),
        wouldWarn: async ({ used }) => {
          counts.push(used);
          return isNews;
        },
      });
    expect(await warned(true)).toMatchObject({ outcome: 'healthy', snapshot: null });
    await openMany(13, () => openIdle(server, { role: app }));
    expect(await warned(false)).toMatchObject({ outcome: 'healthy', snapshot: null });
    const record = await warned(true);
    expect(record).toMatchObject({ outcome: 'healthy', attempts: [] });
    expect(record.snapshot === null ? 0 : slotHolders(record.snapshot).length).toBe(13);
    expect(counts).toEqual([13, 13]);
  });

  test('look where the count is refused', async () => {
    await first();
    await server.query('REVOKE EXECUTE ON FUNCTION pg_postmaster_start_time() FROM PUBLIC');
    const record = await sweep();
    await server.query('GRANT EXECUTE ON FUNCTION pg_postmaster_start_time() TO PUBLIC');
    expect([record.outcome, record.snapshot !== null]).toEqual(['healthy', true]);
  });

  test('look again once the server was started anew, which may have changed its slots', async () => {
    const { plan } = await first();
    await server.query('ALTER SYSTEM SET max_connections = 40');
    await server.restart();
    const record = await sweep();
    await server.query('ALTER SYSTEM RESET max_connections');
    await server.restart();
    expect(record.plan?.pressure[0]?.usable).toBe((plan?.pressure[0]?.usable ?? 0) + 10);
  });

  test('look, and say so, when our role no longer sees others', async () => {
    const role = await createLeastPrivilegeRole(server, 'blinded');
    await openIdle(server, { role: app });
    await first(role);
    await server.query('REVOKE pg_read_all_stats FROM blinded');
    expect(await sweep({}, role)).toMatchObject({ outcome: 'blind', problem: { code: 'blind-role' } });
  });
});
