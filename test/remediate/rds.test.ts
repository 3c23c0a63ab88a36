import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { misconfigurationsIn } from '../../functions/core/doctor/misconfigurations.ts';
import { usableSlots } from '../../functions/core/server/slots.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy, resultsOf } from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';

/**
 * What RDS and Aurora add to PostgreSQL, on real servers: reserves in settings of their own, roles of the provider with idle
 * sessions, a role for administrators that is no superuser.
 */

/** Those that run the service; the first is a superuser there. */
const PROVIDER = ['rdsadmin', 'rdsproxyadmin', 'rdsrepladmin', 'rdstopmgr'] as const;
/** Fewer than the policy bears, seven fewer than it wants. */
const FREE = 2;
const NEED = 7;
const ENFORCE = eagerPolicy('enforce', { freeSlots: 9 });

describe.each(VERSIONS)('PostgreSQL %i set up as RDS sets it up', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;
  let provider: readonly Role[];
  // Of 32 slots: PostgreSQL's reserves, RDS's two for rds_superuser (to 15), and its two for its own administrators.
  const taken = version >= 16 ? 3 + 3 + 2 : 3 + 2 + 2;
  const usable = 32 - taken;

  beforeAll(async () => {
    const settings = {
      max_connections: 32,
      superuser_reserved_connections: 3,
      'rds.rds_superuser_reserved_connections': 2,
      'rds.rds_reserved_connections': 2,
      log_line_prefix: '%t:%r:%u@%d:[%p]:',
      ...(version >= 16 && { reserved_connections: 3 }),
    };
    server = await startServer({ version, settings });
    for (const group of ['rds_superuser', 'rds_reserved', 'rds_replication', 'rds_iam'])
      await server.query(`CREATE ROLE ${group} NOLOGIN`);
    provider = [];
    for (const name of PROVIDER)
      provider = [...provider, await createRole(server, name, name === 'rdsadmin' ? 'SUPERUSER' : '')];
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await expectNothingLeft(server);
    await endAllSessions(server);
  });

  test('usable are the slots that are left when PostgreSQL and RDS have taken theirs', async () => {
    const database = await openDatabase(server, headroom);
    const { slots, server: facts } = await database.readSnapshot();
    await database.close();
    expect(facts.provider).toBe('rds');
    expect(slots).toMatchObject({ max: 32, superuserReserved: 3, reserved: version >= 16 ? 3 : 0 });
    // Deprecated by RDS from 16 on, where reserved_connections is in its place.
    expect(slots.providerReserved).toBe(version >= 16 ? 2 : 4);
    expect(usableSlots(slots)).toBe(usable);
  });

  test('a reserve that our role may not look at is taken for none, and the rest is read', async () => {
    const lookUp = 'FUNCTION pg_catalog.current_setting(text, boolean)';
    await server.query(`REVOKE EXECUTE ON ${lookUp} FROM PUBLIC`);
    try {
      const database = await openDatabase(server, headroom);
      const { slots } = await database.readSnapshot();
      await database.close();
      expect(slots).toMatchObject({ max: 32, superuserReserved: 3, providerReserved: 0 });
    } finally {
      await server.query(`GRANT EXECUTE ON ${lookUp} TO PUBLIC`);
    }
  });

  test("a leak is relieved, and none of the provider's sessions ends", async () => {
    const theirs = await openMany(PROVIDER.length, (at) =>
      openIdle(server, { role: provider[at] ?? app, application: `service ${at}`, statement: 'SELECT 1' }),
    );
    const leaked = await openMany(usable - PROVIDER.length - FREE, () =>
      openIdle(server, { role: app, application: 'billing' }),
    );
    const record = await remediate(aRequest({ policy: ENFORCE }), briskPorts(server, headroom));

    expect(record).toMatchObject({ outcome: 'recovered', problem: null });
    expect(record.plan?.pressure).toMatchObject([{ usable, used: usable - FREE, need: NEED }]);
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    await expectAlive(server, theirs);
    const spared = record.plan?.spared.filter(({ session }) => theirs.some(({ pid }) => pid === session.pid));
    expect(spared?.map(({ reason, detail }) => [reason, detail]).toSorted()).toEqual([
      ['built-in', 'superuser'],
      ['built-in', "the provider's role rdsproxyadmin"],
      ['built-in', "the provider's role rdsrepladmin"],
      ['built-in', "the provider's role rdstopmgr"],
    ]);
    expect(leaked.filter((session) => !session.isOpen())).toHaveLength(NEED);
    const text = fullTextOf(record);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(`(max_connections 32, ${taken} reserved)`);
  });

  test('what is to be set is told in the words of its parameter group', async () => {
    const role = await createRole(server, 'administrator', 'CONNECTION LIMIT 5');
    await server.query('GRANT pg_read_all_stats, pg_signal_backend, rds_superuser TO administrator');
    if (version >= 16) {
      // As RDS leaves it.
      await server.query('ALTER SYSTEM SET reserved_connections = 0');
      await server.restart();
    }
    const database = await openDatabase(server, role);
    const snapshot = await database.readSnapshot();
    const configuration = await database.readConfiguration();
    await database.close();
    if (configuration === null) throw new Error('Nothing was read');
    const found = misconfigurationsIn({ ...configuration, snapshot });
    const told = new Map(found.map(({ check, mend }) => [check, mend]));
    expect(told.get('attributes')?.sql).toContain('REVOKE rds_superuser FROM "administrator";');
    const reserve = told.get('reserve');
    if (version < 16) expect(reserve).toBeUndefined();
    else
      expect(reserve).toEqual({
        sql: ['GRANT pg_use_reserved_connections TO "administrator";'],
        note: "In the instance's parameter group: reserved_connections = 3 (static, takes effect with a reboot).",
      });
  });
});
