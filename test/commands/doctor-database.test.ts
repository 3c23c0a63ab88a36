import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examineServer } from '../../functions/core/doctor/doctor.ts';
import type { CheckName, DoctorFinding } from '../../functions/core/doctor/doctor-finding.ts';
import { forExamination } from '../../functions/postgres/connection/startup.ts';
import { readDoctorFacts } from '../../functions/postgres/postgresql/read-doctor-facts.ts';
import { enterServer } from '../support/enter-server.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';

let kept: Record<14 | 18, TestServer>;
const roles = new Map<TestServer, Role>();

beforeAll(async () => {
  kept = { 14: await startServer({ version: 14 }), 18: await startServer({ version: 18 }) };
  for (const server of [kept[14], kept[18]]) {
    roles.set(server, await createLeastPrivilegeRole(server));
    await server.query('ALTER ROLE headroom SET search_path = pg_catalog, pg_temp');
    await server.query('CREATE DATABASE headroom TEMPLATE template0');
    await server.query('REVOKE ALL ON DATABASE headroom FROM PUBLIC');
    await server.query('GRANT CONNECT ON DATABASE headroom TO headroom');
  }
});
afterAll(async () => {
  await Promise.all([kept[14], kept[18]].map((server) => server.stop()));
});

function roleOf(server: TestServer): Role {
  const role = roles.get(server);
  if (role === undefined) throw new Error('The server has no role yet');
  return role;
}

describe('The maintenance database', () => {
  const said = async (server: TestServer, role: Role, database: string) => {
    const { client, versionNumber, close } = await enterServer(
      { host: server.host, port: server.port, database },
      role,
      {
        startup: forExamination(),
      },
    );
    const query = async (text: string, values: readonly unknown[] = []) =>
      (await client.query(text, [...values])).rows;
    return examineServer(await readDoctorFacts(query, versionNumber).finally(close));
  };
  const about = (findings: readonly DoctorFinding[], check: CheckName) =>
    findings.filter((finding) => finding.check === check);

  test.each([14, 18] as const)(
    'of our own on %i is nobody else’s, and what others have of it is named with its end',
    async (version) => {
      const server = kept[version];
      const role = roleOf(server);
      expect(about(await said(server, role, 'headroom'), 'database').map(({ standing }) => standing)).toEqual(
        ['ok'],
      );
      const owner = await createRole(server, `landlord_${version}`);
      await server.query(`ALTER DATABASE headroom OWNER TO ${owner.user}`);
      await server.query('GRANT CONNECT, CREATE ON DATABASE headroom TO PUBLIC');
      await server.query("ALTER DATABASE headroom SET search_path = 'public'");
      await server.query('ALTER ROLE headroom IN DATABASE headroom SET work_mem = 64');
      await server.query('ALTER ROLE headroom RESET search_path');
      const findings = await said(server, role, 'headroom');
      const [open, set] = about(findings, 'database');
      expect(open?.found).toContain(`landlord_${version} may own it`);
      expect(open?.found).toMatch(/PUBLIC[^;]* may connect/);
      expect(set?.found).toContain('database headroom sets search_path, our role has work_mem set');
      expect(about(findings, 'search-path').map(({ standing }) => standing)).toEqual(['advice']);
      const chief = await server.connect(server.superuser, { database: 'headroom' });
      for (const { mend } of findings.filter(({ check }) => check === 'database' || check === 'search-path'))
        for (const statement of mend?.sql ?? []) await chief.query(statement);
      await chief.end();
      const after = await said(server, role, 'headroom');
      expect(about(after, 'database').map(({ standing }) => standing)).toEqual(['ok']);
      expect(about(after, 'search-path').map(({ standing }) => standing)).toEqual(['ok']);
    },
  );

  test('that is shared is left as it is: a database of our own is advised', async () => {
    const server = kept[18];
    const [found] = about(await said(server, roleOf(server), 'postgres'), 'database');
    expect(found).toMatchObject({
      standing: 'advice',
      mend: { sql: [], note: expect.stringContaining('role-sql') },
    });
  });

  test('our role logged in from another address is named', async () => {
    const server = kept[18];
    const stranger = await server.connect(roleOf(server), { database: 'headroom', host: server.folder });
    const [found] = about(await said(server, roleOf(server), 'headroom'), 'elsewhere');
    await stranger.end();
    expect(found?.found).toBe('Role headroom is logged in from elsewhere: local (no name).');
  });
});
