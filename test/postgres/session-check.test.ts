import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attemptSession } from '../../functions/postgres/connection/attempt.ts';
import { queryOf } from '../../functions/postgres/connection/database.ts';
import { type KnownStartup, knownStartup } from '../../functions/postgres/connection/startup.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { startStrippingProxy } from '../support/stripping-proxy.ts';
import { type Place, targetOf } from '../support/targets.ts';

/** A function that knows the server sends all settings at login. Its first statement reads them back, and sets what is missing. */

const READ = `SELECT pg_catalog.string_agg(name OPERATOR(pg_catalog.||) '=' OPERATOR(pg_catalog.||) setting, ' ') AS all
  FROM pg_catalog.pg_show_all_settings() WHERE source OPERATOR(pg_catalog.=) ANY (ARRAY['client', 'session'])`;

describe.each([14, 18] as const)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let place: Place;

  beforeAll(async () => {
    server = await startServer({ version, settings: { log_statement: 'all' } });
    headroom = await createLeastPrivilegeRole(server);
    await createRole(server, 'mallory');
    await server.query('CREATE DATABASE maint TEMPLATE template0 OWNER mallory');
    place = { host: server.host, port: server.port, database: 'maint' };
  });
  afterAll(() => server.stop());

  /** The settings of a session, and the first statements that it took. */
  const login = async (through: Place, startup: KnownStartup) => {
    const before = server.log().length;
    const attempted = await attemptSession(targetOf(through), false, headroom, { startup, withinMs: 20_000 });
    if (attempted.kind !== 'in') throw new Error(JSON.stringify(attempted));
    const { session } = attempted;
    const [row] = await queryOf(session)(READ);
    await session.close();
    const log = server.log().slice(before);
    const firsts = [
      ...(log.includes('pg_catalog.sha256(') ? ['check'] : []),
      ...(log.includes('AS "foreign"') ? ['begin'] : []),
    ];
    const { all } = row as { readonly all: string };
    // Only a startup packet can name libraries, and it names none.
    const settings = all
      .replace('pg_catalog, pg_temp', 'pg_catalog,pg_temp')
      .replace('local_preload_libraries= ', '');
    return { firsts, settings, known: session.versionNumber, relayed: session.isRelayed };
  };
  const warm = async (through: Place = place) => {
    const startup = knownStartup();
    const cold = await login(through, startup);
    return { cold, startup };
  };

  test('the second login has the settings of the first, and only reads them', async () => {
    const { cold, startup } = await warm();
    const second = await login(place, startup);
    expect([cold.firsts, second.firsts]).toEqual([['begin'], ['check']]);
    expect(second).toEqual({ ...cold, firsts: ['check'] });
  });

  test('what the owner of the database sets changes nothing in it', async () => {
    const { cold, startup } = await warm();
    await server.query("ALTER DATABASE maint SET search_path = 'public'");
    await server.query("ALTER DATABASE maint SET role = 'pg_signal_backend'");
    await server.query("ALTER DATABASE maint SET TimeZone = 'Asia/Kathmandu'");
    expect(await login(place, startup)).toEqual({ ...cold, firsts: ['check'] });
    await server.query('ALTER DATABASE maint RESET ALL');
  });

  test('where something in between drops the options they are set, as in the first login', async () => {
    const { cold, startup } = await warm();
    await using proxy = await startStrippingProxy(place);
    expect(await login(proxy, startup)).toEqual({ ...cold, firsts: ['check', 'begin'], relayed: true });
  });

  test('where our role may not list settings they are set, as in the first login', async () => {
    const { startup } = await warm();
    const admin = await server.connect(server.superuser, { database: 'maint' });
    await admin.query('REVOKE EXECUTE ON FUNCTION pg_catalog.pg_show_all_settings() FROM PUBLIC');
    const before = server.log().length;
    const attempted = await attemptSession(targetOf(place), false, headroom, { startup, withinMs: 20_000 });
    await admin.query('GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_settings() TO PUBLIC');
    await admin.end();
    expect(attempted.kind).toBe('in');
    if (attempted.kind === 'in') await attempted.session.close();
    expect(server.log().slice(before)).toContain('AS "foreign"');
  });

  test.runIf(version >= 17)('where a login trigger sets a path they are set again', async () => {
    const { cold, startup } = await warm();
    const admin = await server.connect(server.superuser, { database: 'maint' });
    await admin.query(`CREATE FUNCTION set_path() RETURNS event_trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM set_config('search_path', 'public', false); END $$`);
    await admin.query('CREATE EVENT TRIGGER et ON login EXECUTE FUNCTION set_path()');
    expect(await login(place, startup)).toEqual({ ...cold, firsts: ['check', 'begin'] });
    await admin.query('DROP EVENT TRIGGER et');
    await admin.end();
  });
});
