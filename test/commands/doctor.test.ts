import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examineServer } from '../../functions/core/doctor/doctor.ts';
import type { CheckName, DoctorFinding } from '../../functions/core/doctor/doctor-finding.ts';
import { forExamination } from '../../functions/postgres/connection/startup.ts';
import { readDoctorFacts } from '../../functions/postgres/postgresql/read-doctor-facts.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { enterServer } from '../support/enter-server.ts';
import { startFakePooler } from '../support/fake-pooler.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { expectNothingLeft } from '../support/server-state.ts';
import { openIdle } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';
import { runHeadroom } from './run-headroom.ts';

/** What the doctor has nothing to say about. */
const WELL_KEPT = {
  max_connections: 20,
  authentication_timeout: '20s',
  client_connection_check_interval: '10s',
  idle_in_transaction_session_timeout: '5min',
  tcp_keepalives_idle: 60,
  tcp_keepalives_interval: 10,
  tcp_keepalives_count: 6,
};
const NEGLECTED = {
  superuser_reserved_connections: 0,
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'panic',
  track_activities: 'off',
};

let folder: string;
let kept: Record<14 | 18, TestServer>;
let neglected: TestServer;
const roles = new Map<TestServer, Role>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-doctor-'));
  const certificates = await selfSignedCertificates();
  writeFileSync(join(folder, 'ca.pem'), certificates.ca);
  const [of14, of18, of16] = await Promise.all([
    startServer({ version: 14, settings: WELL_KEPT }),
    startServer({
      version: 18,
      settings: { ...WELL_KEPT, reserved_connections: 3 },
      tls: certificates.server,
    }),
    startServer({ version: 16, settings: NEGLECTED }),
  ]);
  kept = { 14: of14, 18: of18 };
  neglected = of16;
  for (const server of [of14, of18, of16]) {
    roles.set(server, await createLeastPrivilegeRole(server));
    await server.query('ALTER ROLE headroom CONNECTION LIMIT 5');
    await server.query('ALTER ROLE headroom SET search_path = pg_catalog, pg_temp');
    await server.query('CREATE DATABASE headroom TEMPLATE template0');
    await server.query('REVOKE ALL ON DATABASE headroom FROM PUBLIC');
    await server.query('GRANT CONNECT ON DATABASE headroom TO headroom');
  }
});
afterAll(async () => {
  await Promise.all([kept[14], kept[18], neglected].map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

function roleOf(server: TestServer): Role {
  const role = roles.get(server);
  if (role === undefined) throw new Error('The server has no role yet');
  return role;
}

function doctor(
  server: { host: string; port: number },
  { user, password }: Role,
  ...args: readonly string[]
) {
  const url = `postgres://${encodeURIComponent(user)}@${server.host}:${server.port}/headroom`;
  return runHeadroom(['doctor', '--url', url, ...args], { environment: { PGPASSWORD: password } });
}

/** What the doctor finds, without the way round by a process. */
async function findingsOf(server: TestServer, role: Role): Promise<readonly DoctorFinding[]> {
  const { client, versionNumber, close } = await enterServer(server, role, { startup: forExamination() });
  const facts = await readDoctorFacts(
    async (text, values = []) => (await client.query(text, [...values])).rows,
    versionNumber,
  ).finally(close);
  return examineServer(facts);
}

async function findingOf(server: TestServer, role: Role, check: CheckName): Promise<DoctorFinding> {
  const found = (await findingsOf(server, role)).find((finding) => finding.check === check);
  if (found === undefined) throw new Error(`Nothing was said of ${check}`);
  return found;
}

async function follow(server: TestServer, { mend }: DoctorFinding): Promise<void> {
  for (const statement of mend?.sql ?? []) await server.query(statement);
}

describe.each([14, 18] as const)('On a well-kept PostgreSQL %i', (version) => {
  test('there is nothing to fix for a role with the least it needs', async () => {
    const { code, stdout, stderr } = await doctor(kept[version], roleOf(kept[version]));
    const advice = version === 14 ? ', 1 piece of advice' : '';
    expect(stdout).toContain(`nothing to fix${advice}.`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    await expectNothingLeft(kept[version]);
  });

  const NOT_SIGNAL = 'GRANT pg_read_all_stats TO defective';
  const NOT_STATS = 'GRANT pg_signal_backend TO defective';
  const ALL = 'GRANT pg_read_all_stats, pg_signal_backend TO defective';

  test.each<[string, CheckName, DoctorFinding['standing'], string, string]>([
    ['that may not terminate', 'terminate', 'problem', '', NOT_SIGNAL],
    ['that is blind', 'visibility', 'problem', '', NOT_STATS],
    ['that does not inherit', 'visibility', 'problem', 'NOINHERIT', ALL],
    ['with a limit too small', 'connection-limit', 'problem', 'CONNECTION LIMIT 4', ALL],
    ['without a limit', 'connection-limit', 'advice', '', ALL],
    ['that is a superuser', 'attributes', 'advice', 'SUPERUSER REPLICATION CREATEDB', ALL],
    ['whose password expires', 'password', 'advice', "VALID UNTIL 'tomorrow'", ALL],
  ])(
    'a role %s is told so, and the statements that are printed mend it',
    async (_, check, standing, how, grant) => {
      const server = kept[version];
      const role = await createRole(server, 'defective', how);
      await server.query(grant);
      try {
        const found = await findingOf(server, role, check);
        expect(found.standing).toBe(standing);
        await follow(server, found);
        const after = (await findingsOf(server, role)).find((finding) => finding.check === check);
        expect(after?.standing ?? 'ok').toBe('ok');
      } finally {
        await server.query('DROP ROLE defective');
      }
    },
  );
});

describe('The reserve on PostgreSQL 18', () => {
  test('is not for a role without the grant, until the statement is run', async () => {
    const role = await createRole(kept[18], 'outsider', 'IN ROLE pg_signal_backend, pg_read_all_stats');
    const before = await findingOf(kept[18], role, 'reserve');
    await follow(kept[18], before);
    const after = await findingOf(kept[18], role, 'reserve');
    await kept[18].query('DROP ROLE outsider');
    expect([before.standing, after.standing]).toEqual(['problem', 'ok']);
  });

  test('names the other roles that were granted it, by name and group, and superusers apart', async () => {
    const server = kept[18];
    await server.query('CREATE ROLE ops IN ROLE pg_use_reserved_connections');
    await createRole(server, 'pager', 'IN ROLE ops');
    await createRole(server, 'app\u001b[31m', 'IN ROLE pg_use_reserved_connections');
    const { code, stdout } = await doctor(server, roleOf(server));
    expect(stdout).toContain('Besides administrators (postgres) app\\u{1b}[31m and pager (by ops)');
    expect(stdout).not.toContain('\u001b');
    expect(code).toBe(0);
    await follow(server, await findingOf(server, roleOf(server), 'reserve-users'));
    expect((await findingOf(server, roleOf(server), 'reserve-users')).standing).toBe('ok');
  });
});

describe('On a neglected PostgreSQL 16', () => {
  test('problems end in exit code 1, as JSON for programs', async () => {
    const { code, stdout } = await doctor(neglected, roleOf(neglected), '--json');
    const { findings, problems } = JSON.parse(stdout) as {
      readonly problems: number;
      readonly findings: readonly DoctorFinding[];
    };
    const checks = findings.filter(({ standing }) => standing === 'problem').map(({ check }) => check);
    expect(checks).toEqual(['reserve', 'activity', 'log-hidden']);
    expect({ code, problems }).toEqual({ code: 1, problems: 3 });
  });

  test.each<CheckName>([
    'activity',
    'log-hidden',
    'log-sqlstate',
    'keepalives',
    'login-timeout',
    'lost-clients',
  ])('the statements for %s mend it at once', async (check) => {
    const before = await findingOf(neglected, roleOf(neglected), check);
    expect(before.standing).not.toBe('ok');
    await follow(neglected, before);
    const isMended = async () =>
      !(await findingsOf(neglected, roleOf(neglected))).some(
        (finding) => finding.check === check && finding.standing !== 'ok',
      );
    await waitUntil(isMended, { what: `${check} was mended` });
  });

  test('the reserve takes a restart, and the doctor knows when only that is missing', async () => {
    const before = await findingOf(neglected, roleOf(neglected), 'reserve');
    expect(before.mend).toEqual({
      sql: ['ALTER SYSTEM SET reserved_connections = 3;'],
      note: 'It takes effect with a restart.',
    });
    await follow(neglected, before);
    await neglected.query('SELECT pg_reload_conf()');
    const isSeen = async () =>
      (await findingOf(neglected, roleOf(neglected), 'reserve')).mend?.note?.includes('already changed');
    await waitUntil(isSeen, { what: 'the pending restart showed' });
  });

  test('where RDS’s role exists, settings are a parameter group’s', async () => {
    await neglected.query('CREATE ROLE rds_superuser');
    const found = await findingOf(neglected, roleOf(neglected), 'reserve');
    await neglected.query('DROP ROLE rds_superuser');
    expect(found.mend).toEqual({
      sql: [],
      note: "In the instance's parameter group: reserved_connections = 3 (static, takes effect with a reboot).",
    });
  });
});

describe('Getting in', () => {
  test('by TLS is told with version and cipher', async () => {
    const { user, password } = roleOf(kept[18]);
    const ca = encodeURIComponent(join(folder, 'ca.pem'));
    const url = `postgres://${user}@127.0.0.1:${kept[18].port}/postgres?sslrootcert=${ca}`;
    const { stdout } = await runHeadroom(['doctor', '--url', url], { environment: { PGPASSWORD: password } });
    expect(stdout).toMatch(/Our connection is encrypted \(TLSv1\.3, TLS_/);
  });

  test('through a pooler is a finding, and ends in exit code 3', async () => {
    await using pooler = await startFakePooler(kept[18]);
    const { code, stdout } = await doctor(pooler, roleOf(kept[18]));
    expect(stdout).toMatch(/1 problem to fix\.[\s\S]*A pooler answers in place of the server/);
    expect(code).toBe(3);
  });

  test('waits while the role’s own limit is used up', async () => {
    const server = kept[18];
    const role = await createRole(server, 'alone', 'CONNECTION LIMIT 1');
    await server.query('GRANT CONNECT ON DATABASE headroom TO alone');
    const holder = await openIdle(server, { role });
    const waiting = doctor(server, role);
    const isRefused = () => server.log().includes('too many connections for role "alone"');
    await waitUntil(isRefused, { what: 'the doctor was refused' });
    await holder.close();
    const { code, stdout } = await waiting;
    expect(stdout).toContain('Role alone has a CONNECTION LIMIT of 1, which is too low.');
    expect(code).toBe(1);
  });

  test('with a wrong password ends in exit code 3, and prints nothing', async () => {
    const { code, stdout, stderr } = await doctor(kept[14], { user: 'headroom', password: 'Wr0ng' });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('We used role "headroom"');
  });
});
