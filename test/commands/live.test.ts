import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlanDocument } from '../../functions/render/terminal/plan-json.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openIdle, openListener, type TestSession } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';
import { runHeadroom } from './run-headroom.ts';

/** 15 slots for ordinary roles; 14 leaked and a listener take them all. */
const SETTINGS = { max_connections: 20, superuser_reserved_connections: 3, reserved_connections: 2 };
/** Until 80 %: 12 of 15, so that three have to go. */
const POLICY = { relieve: { ladder: [{ state: 'idle', minAge: '10s' }] } };

let server: TestServer;
let headroom: Role;
let app: Role;
const leaked: TestSession[] = [];
let folder: string;
let policyFile: string;

function urlFor({ user, password }: Role, host = server.host): string {
  return `postgres://${user}:${encodeURIComponent(password)}@${encodeURIComponent(host)}:${server.port}/postgres`;
}

function livePlan(...args: readonly string[]) {
  return runHeadroom(['plan', '--url', urlFor(headroom), '--policy', policyFile, ...args]);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-cli-'));
  policyFile = join(folder, 'policy.json');
  writeFileSync(policyFile, JSON.stringify(POLICY));
  const certificates = await selfSignedCertificates();
  writeFileSync(join(folder, 'ca.pem'), certificates.ca);
  server = await startServer({ version: 18, settings: SETTINGS, tls: certificates.server });
  app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
  // One by one: each is older than the next by more than the millisecond that ages are counted in.
  for (let count = 0; count < 14; count += 1)
    leaked.push(await openIdle(server, { role: app, application: 'billing-worker' }));
  await openListener(server, { role: app, application: 'notifier' });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a plan of sessions that are too young ends none', async () => {
  const { code, stdout } = await livePlan();
  expect(stdout).toContain('No candidates: 3 slots missing, and the policy spares all sessions.');
  expect(stdout).toMatch(/14 {2}too young: idle for \S+( to \S+)? +billing-worker +app +postgres/);
  expect(code).toBe(1);
});

test('a budget takes slots and use from the server, and says what would fit', async () => {
  const services = [{ name: 'billing', replicas: 4, pool: 5, role: 'app' }];
  const input = JSON.stringify({ servers: { here: {} }, services });
  const { code, stdout } = await runHeadroom(['budget', '-', '--url', urlFor(headroom)], { input });
  expect(stdout).toContain('Over budget: server here, 5 slots too many.');
  expect(stdout).toContain('largest pool that fits: billing to 3');
  expect(stdout).toContain('The most seen of here: 15 of 15 usable slots');
  expect(code).toBe(1);
});

test('a wrong password ends in exit code 3 and is nowhere in the output', async () => {
  const { code, stdout, stderr } = await runHeadroom([
    'plan',
    '--url',
    urlFor({ user: 'headroom', password: 'Wr0ng' }),
  ]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toMatch(/denies us \(28P01/);
  expect(stderr).toContain('We used role "headroom" and database "postgres"');
  expect(stderr).not.toContain('Wr0ng');
});

test('PGPASSWORD is taken when the URL has no password, over a Unix socket as well', async () => {
  const url = `postgres://headroom@${encodeURIComponent(server.folder)}:${server.port}/postgres`;
  const without = await runHeadroom(['snapshot', '--url', url]);
  expect(without.code).toBe(3);
  expect(without.stderr).toContain('No password was given');
  const { code, stdout } = await runHeadroom(['snapshot', '--url', url], {
    environment: { PGPASSWORD: headroom.password },
  });
  expect(code).toBe(0);
  expect(stdout).not.toContain(headroom.password);
});

test('TLS is verified where it is asked for: against the given authorities, and no others', async () => {
  const [known, unknown] = await Promise.all([
    runHeadroom([
      'snapshot',
      '--url',
      `${urlFor(headroom)}?sslrootcert=${encodeURIComponent(join(folder, 'ca.pem'))}`,
    ]),
    runHeadroom(['snapshot', '--url', `${urlFor(headroom)}?sslmode=verify-full`]),
  ]);
  expect([known.code, unknown.code]).toEqual([0, 3]);
  expect(unknown.stderr).toMatch(/does not verify.*\n.*sslrootcert=FILE names the authorities/);
});

test('a saved snapshot plans the same as the live one, from the oldest on', async () => {
  await waitUntil(
    async () => {
      const [row] = await server.query<{ old: boolean }>(
        "SELECT bool_and(state_change < now() - interval '10.1 s') AS old FROM pg_stat_activity WHERE usename = 'app'",
      );
      return row?.old;
    },
    { what: 'all sessions were idle for 10 s', everyMs: 250 },
  );
  const live = await livePlan('--json');
  const saved = await runHeadroom(['snapshot', '--url', urlFor(headroom)]);
  const offline = await runHeadroom(['plan', '--snapshot', '-', '--policy', policyFile, '--json'], {
    input: saved.stdout,
  });
  const pidsOf = ({ stdout }: { readonly stdout: string }) =>
    (JSON.parse(stdout) as PlanDocument).victims.map(({ pid }) => pid);
  expect(pidsOf(live)).toEqual(leaked.slice(0, 3).map(({ pid }) => pid));
  expect(pidsOf(offline)).toEqual(pidsOf(live));
  expect([live.code, saved.code, offline.code]).toEqual([0, 0, 0]);
});

test('a run without --apply terminates no session', async () => {
  const { code, stdout, stderr } = await runHeadroom([
    ...['remediate', '--url', urlFor(headroom), '--policy', policyFile],
  ]);
  expect(stdout).toContain('Observed only: nothing was terminated.');
  // Steps are for a terminal, and for -v.
  expect(stderr).toBe('');
  expect(leaked.every((session) => session.isOpen())).toBe(true);
  expect(code).toBe(0);
});

test('a run that applies terminates the three, tells each step with -v, and on-call gets the message', async () => {
  const { code, stdout, stderr } = await runHeadroom([
    ...['remediate', '--url', urlFor(headroom), '--policy', policyFile, '--apply', '--yes', '--json', '-v'],
  ]);
  expect(stderr).toMatch(
    /connected.*got the lock.*read \d+ sessions\n.*terminating 3 sessions: [\d ]+\n.*waiting/s,
  );
  expect(stderr).toMatch(/outcome: recovered\n$/);
  const run = JSON.parse(stdout);
  expect(run).toMatchObject({ mode: 'enforce', outcome: 'recovered', problem: null });
  expect(run.attempts.map(({ result }: { result: string }) => result)).toEqual(Array(3).fill('terminated'));
  expect(leaked.filter((session) => !session.isOpen())).toHaveLength(3);
  expect(stdout + stderr).not.toContain(headroom.password);
  expect(code).toBe(0);
});

test('a role that sees no other session plans nothing and is told the GRANT it lacks', async () => {
  const blind = await createRole(server, 'blind');
  const commands = ['plan', 'snapshot', 'remediate'];
  const runs = await Promise.all(commands.map((command) => runHeadroom([command, '--url', urlFor(blind)])));
  for (const { code, stderr } of runs) {
    expect(stderr).toContain('GRANT pg_read_all_stats TO "blind"');
    expect(code).toBe(3);
  }
});

test.each([
  ['off', /"lastStatement":null/],
  ['shape', /"lastStatement":"SELECT \?"/],
  ['full', /"lastStatement":"SELECT 'hunter2'"/],
])('a snapshot with --statements %s tells as much of statements', async (choice, told) => {
  const client = await openIdle(server, { role: app, application: 'speaker' });
  await client.client.query("SELECT 'hunter2'");
  const { stdout } = await runHeadroom(['snapshot', '--url', urlFor(headroom), '--statements', choice]);
  const line = stdout.split('\n').find((each) => each.includes('"application":"speaker"'));
  expect(line).toMatch(told);
  await client.close();
});
