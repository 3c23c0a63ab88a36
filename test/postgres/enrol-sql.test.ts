import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolSql } from '../../functions/core/fleet/enrol-sql.ts';
import { runStatements } from '../../functions/postgres/run-statements.ts';
import { startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { inMs, targetOf } from '../support/targets.ts';

/** The SQL that enrols a database runs on every version, again and again, and can be undone. */

describe.each(VERSIONS)('On PostgreSQL %i, enrolment', (version) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ version });
    // RDS has this role; nothing else of it is used.
    await server.query('CREATE ROLE rds_iam');
  });
  afterAll(() => server.stop());

  const { statements, undo } = enrolSql(version);
  /** As the function of the enrolment does it. */
  const run = (statementsOf: (version: number) => readonly string[]) =>
    runStatements(targetOf(server), async () => server.superuser, inMs(20_000), statementsOf);
  const enrol = () => run((found) => enrolSql(found).statements);
  const rolesNow = async () =>
    await server.query(`
      SELECT rolname, rolcanlogin, rolconnlimit, rolsuper,
             pg_has_role(rolname, 'pg_signal_backend', 'member') AS signals,
             pg_has_role(rolname, 'pg_read_all_stats', 'member') AS sees,
             pg_has_role(rolname, 'rds_iam', 'member') AS by_iam
        FROM pg_roles WHERE rolname LIKE 'headroom%' ORDER BY rolname`);

  const both = [
    { rolname: 'headroom', signals: true },
    { rolname: 'headroom_observer', signals: false },
  ].map((role) =>
    expect.objectContaining({
      ...role,
      rolcanlogin: true,
      rolconnlimit: 5,
      rolsuper: false,
      sees: true,
      by_iam: true,
    }),
  );

  test('makes both roles, changes nothing the second time, and mends what was changed', async () => {
    expect(await enrol()).toEqual({ version, ran: statements.length });
    expect(await rolesNow()).toEqual(both);
    await enrol();
    expect(await rolesNow()).toEqual(both);
    await server.query('ALTER ROLE headroom NOLOGIN CONNECTION LIMIT -1');
    await enrol();
    expect(await rolesNow()).toEqual(both);
  });

  test('stops where the role that observes may end sessions', async () => {
    await server.query('GRANT pg_signal_backend TO headroom_observer');
    await expect(enrol()).rejects.toThrow(/headroom_observer may end sessions/);
    await server.query('REVOKE pg_signal_backend FROM headroom_observer');
  });

  test('is undone', async () => {
    await run((found) => enrolSql(found).undo);
    expect(await rolesNow()).toEqual([]);
    await run(() => undo);
  });

  test('stops at a role of that name that is not ours', async () => {
    await server.query('CREATE ROLE headroom CREATEROLE');
    await expect(enrol()).rejects.toThrow(/more rights than ours may have/);
    await server.query('DROP ROLE headroom');
  });
});
