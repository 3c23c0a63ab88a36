import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openIdle } from '../support/sessions.ts';
import { runHeadroom } from './run-headroom.ts';

/** Traps for a role with our rights: what it runs by one read-only `headroom plan` grants, ends sessions and notes what it did. */
const TRAPS = [
  {
    what: 'an ordinary role that defines numeric * integer in "public"',
    file: 'operator.sql',
    loot: 'public.loot',
    springs: 'SELECT 1.5::numeric * 2::integer',
  },
  {
    what: "an owner whose version() comes before the server's",
    file: 'search-path.sql',
    loot: 'evil.loot',
    springs: 'SELECT version()',
  },
] as const;

describe.each([14, 18] as const)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let app: Role;
  let victim: Role;

  beforeAll(async () => {
    server = await startServer({ version });
    headroom = await createLeastPrivilegeRole(server);
    app = await createRole(server, 'app');
    victim = await createRole(server, 'victim');
  });
  afterAll(() => server.stop());

  test.each(TRAPS)('no code of $what runs by headroom plan', async ({ file, loot, springs }) => {
    await server.query('CREATE DATABASE maint TEMPLATE template0 OWNER app');
    const attacker = await server.connect(app, { database: 'maint' });
    // On 14, and in a database that was made there, everybody may.
    const chief = await server.connect(server.superuser, { database: 'maint' });
    await chief.query('GRANT CREATE ON SCHEMA public TO PUBLIC');
    await attacker.query(readFileSync(join(import.meta.dirname, 'traps', file), 'utf8'));
    const spared = await openIdle(server, { role: victim, statement: 'SELECT 1' });
    const looted = async () => (await chief.query(`SELECT what FROM ${loot}`)).rows;

    const url = `postgres://headroom@${server.host}:${server.port}/maint?sslmode=disable`;
    const ran = await runHeadroom(['plan', '--url', url], { environment: { PGPASSWORD: headroom.password } });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(await looted()).toEqual([]);
    expect(spared.isOpen()).toBe(true);
    expect(await server.query("SELECT FROM pg_auth_members WHERE roleid = 'headroom'::regrole")).toEqual([]);

    // The trap is one: a session as everybody opens it falls into it.
    const naive = await server.connect(headroom, { database: 'maint' });
    await naive.query(springs);
    await naive.end();
    expect(await looted()).not.toEqual([]);
    await Promise.all([attacker.end(), chief.end(), spared.close()]);
    await server.query('DROP DATABASE maint WITH (FORCE)');
    await server.query(`ALTER ROLE headroom PASSWORD '${headroom.password}'`);
    await server.query('REVOKE headroom FROM app');
  });
});
