import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BytesClient, connectInBytes } from '../support/bytes-client.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { waitUntil } from '../support/wait-until.ts';
import { runHeadroom } from './run-headroom.ts';

/**
 * A full server whose maintenance database is in UTF8, and whose sessions are those of databases that are not: what they ran
 * last, and what their roles are called, are no texts there.
 */
const JOSE = 'jos\xe9';
const POLICY = {
  relieve: { when: { freeSlots: 4 }, until: { freeSlots: 6 }, ladder: [{ state: 'idle', minAge: '10s' }] },
  limits: { maxPercent: 100 },
};
const IN_VAIN = /protect\.applications\[0\] "josé" matches\s+nothing on PostgreSQL 14/;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-encodings-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([14, 18] as const)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let open: Readonly<Record<'leaks' | 'joses' | 'listeners' | 'backups', readonly BytesClient[]>>;

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: 17, autovacuum: 'off' } });
    headroom = await createLeastPrivilegeRole(server);
    const app = await createRole(server, 'app');
    for (const encoding of ['LATIN1', 'SQL_ASCII', 'KOI8R'])
      await server.query(
        `CREATE DATABASE db_${encoding} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
      );
    const admin = await connectInBytes(server, server.superuser, { database: 'db_latin1' });
    await admin.ask(`CREATE ROLE "${JOSE}" LOGIN PASSWORD 'secret'`);
    await admin.close();
    const owner = await connectInBytes(server, server.superuser, { database: 'db_sql_ascii' });
    const begins =
      version === 14 ? 'pg_start_backup(text, boolean, boolean)' : 'pg_backup_start(text, boolean)';
    await owner.ask(`GRANT EXECUTE ON FUNCTION ${begins} TO app`);
    await owner.close();
    const jose = { user: JOSE, password: 'secret' };
    const openEach = async (count: number, role: Role, database: string, statement: string) => {
      const clients: BytesClient[] = [];
      for (let each = 0; each < count; each += 1) {
        const client = await connectInBytes(server, role, { database, application: JOSE });
        await client.ask(statement);
        clients.push(client);
      }
      return clients;
    };
    const begin = version === 14 ? "pg_start_backup('\xe9', true, false)" : "pg_backup_start('\xe9', true)";
    open = {
      leaks: [
        ...(await openEach(5, app, 'db_latin1', "SELECT 1 WHERE 'x' = 'Jos\xe9'")),
        ...(await openEach(2, app, 'db_sql_ascii', "SELECT 1 WHERE 'x' = '\xff\xfe'")),
      ],
      joses: await openEach(2, jose, 'db_sql_ascii', 'SELECT 1'),
      listeners: await openEach(1, app, 'db_koi8r', "SELECT '\xf6'; LISTEN \xf6"),
      backups: await openEach(1, app, 'db_sql_ascii', `SELECT ${begin} /* \xe9 */`),
    };
    const all =
      "SELECT bool_and(state_change < now() - interval '10.1 s') AS old FROM pg_stat_activity WHERE client_addr IS NOT NULL AND usename <> current_user";
    const areOld = async () => (await server.query<{ old: boolean }>(all))[0]?.old;
    await waitUntil(areOld, { what: 'all sessions were idle for 10 s', everyMs: 250 });
  });
  afterAll(() => server.stop());

  function run(command: string, policy: unknown, ...args: readonly string[]) {
    const file = join(folder, `${version}.json`);
    writeFileSync(file, JSON.stringify(policy));
    const url = `postgres://headroom@${server.host}:${server.port}/postgres`;
    return runHeadroom([command, '--url', url, '--policy', file, ...args], {
      environment: { PGPASSWORD: headroom.password },
    });
  }

  test('doctor examines it, and says which pattern matches nothing', async () => {
    const { code, stdout, stderr } = await run('doctor', { ...POLICY, protect: { applications: ['josé'] } });
    expect(stderr).toBe('');
    if (version === 14) expect(stdout).toMatch(IN_VAIN);
    else expect(stdout).not.toMatch(/matches\s+nothing/);
    expect([0, 1]).toContain(code);
  });

  test('a plan spares what listens or runs a backup, whatever its bytes, and ends the others', async () => {
    const { code, stdout } = await run('plan', POLICY, '--json');
    const { victims, spared } = JSON.parse(stdout) as {
      readonly victims: readonly { readonly pid: number }[];
      readonly spared: readonly { readonly pid: number; readonly detail: string }[];
    };
    const details = (clients: readonly BytesClient[]) =>
      clients.map(({ pid }) => spared.find((each) => each.pid === pid)?.detail);
    expect(details(open.listeners)).toEqual(['listens for notifications']);
    expect(details(open.backups)).toEqual(['runs a backup']);
    expect(victims.length).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  test('a pattern that could mean a role whose name is no text here spares it', async () => {
    const joses = open.joses.map(({ pid }) => pid);
    const goes = async (protect: unknown) => {
      const { stdout } = await run(
        'plan',
        {
          ...POLICY,
          relieve: { ...POLICY.relieve, until: { freeSlots: 12 } },
          limits: { maxPercent: 100, keepPerGroup: 0 },
          protect,
        },
        '--json',
      );
      const { victims } = JSON.parse(stdout) as { readonly victims: readonly { readonly pid: number }[] };
      return victims.filter(({ pid }) => joses.includes(pid)).length;
    };
    expect([await goes({ users: ['josé'] }), await goes({ users: ['rené'] })]).toEqual([0, 2]);
  });

  test('a plan says which pattern matches nothing', async () => {
    const { stdout } = await run('plan', { ...POLICY, protect: { applications: ['josé'] } });
    expect(IN_VAIN.test(stdout)).toBe(version === 14);
    expect(stdout).toContain(version === 14 ? 'jos?' : 'josé');
  });

  test('a run gives the server its slots back', async () => {
    const { code, stdout, stderr } = await run('remediate', POLICY, '--apply', '--yes');
    expect(stderr).toBe('');
    expect(stdout).toContain('recovered');
    expect(stdout).toContain('db_latin1');
    expect(open.leaks.some(({ isOpen }) => !isOpen())).toBe(true);
    expect([...open.listeners, ...open.backups].every(({ isOpen }) => isOpen())).toBe(true);
    expect(code).toBe(0);
  });
});
