import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emulateGauss, PID_OFFSET } from '../support/gauss-shim.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createRole } from '../support/roles.ts';
import { openIdle } from '../support/sessions.ts';
import type { Place } from '../support/targets.ts';
import { runHeadroom } from './run-headroom.ts';

/** The command line on a PostgreSQL that looks like GaussDB in one database. */

let server: TestServer;
let headroom: Role;
let place: Place;

beforeAll(async () => {
  server = await startServer({ version: 16, settings: { max_connections: 20 } });
  headroom = await createRole(server, 'headroom', 'CONNECTION LIMIT 5');
  await server.query('GRANT pg_read_all_stats, pg_signal_backend TO headroom');
  place = await emulateGauss(server, 'openGauss');
});
afterAll(() => server.stop());

function run(command: string, role: Role, ...args: readonly string[]) {
  return runAt(place, command, role, ...args);
}

function runAt({ host, port, database }: Place, command: string, role: Role, ...args: readonly string[]) {
  const url = `postgres://${role.user}@${host}:${port}/${database}`;
  return runHeadroom([command, '--url', url, ...args], { environment: { PGPASSWORD: role.password } });
}

describe('headroom doctor', () => {
  test('says what it looked at, and what it could not', async () => {
    const { code, stdout, stderr } = await run('doctor', headroom);
    const flat = stdout.replaceAll(/\s+/g, ' ');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(flat).toContain('nothing to fix, 3 pieces of advice.');
    for (const said of [
      "openGauss 5.0.0: our support follows its documentation and openGauss's sources. It was tested against a simulation only.",
      'On this product we cannot tell whether a pooler answers in place of the server.',
      '3 slots are reserved for system administrators only (sysadmin_reserved_connections): on a full server role headroom can connect only when a slot becomes free.',
      "Role headroom sees other roles' sessions.",
      "Role headroom may end other roles' sessions (gs_role_signal_backend).",
      'Role headroom has a CONNECTION LIMIT of 5.',
      '17 of 20 slots are usable (reserved: 3 for superusers), 0 used now.',
      'The log has the SQLSTATE of each line (%e).',
      'Idle sessions end after 600 s (session_timeout)',
    ])
      expect(flat).toContain(said);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('prints what a role lacks, in this product’s own words', async () => {
    const bare = await createRole(server, 'bare', 'CONNECTION LIMIT 5');
    const unseen = await openIdle(server, { role: await createRole(server, 'unseen') });
    const { code, stdout } = await run('doctor', bare);
    expect(code).toBe(1);
    expect(stdout).toContain('      ALTER USER "bare" MONADMIN;\n');
    expect(stdout).toContain('      GRANT gs_role_signal_backend TO "bare";\n');
    expect(stdout).not.toMatch(/pg_signal_backend|pg_read_all_stats/);
    await unseen.close();
  });

  test('knows a system administrator', async () => {
    const chief = await createRole(server, 'chief', 'SUPERUSER');
    const pooled = await emulateGauss(server, 'thread-pool');
    const { code, stdout } = await runAt(pooled, 'doctor', chief, '--json');
    const { findings } = JSON.parse(stdout);
    const said = (check: string) => findings.find((each: { check: string }) => each.check === check).found;
    expect(code).toBe(0);
    expect(said('terminate')).toBe("Role chief may end other roles' sessions, as a system administrator.");
    expect(said('reserve')).toContain(
      'may use the 3 slots reserved for them. With a stolen password all its rights are lost.',
    );
  });
});

test('headroom snapshot, plan and terminate speak of the product’s own numbers', async () => {
  const { pid, ended } = await openIdle(server, {
    role: await createRole(server, 'app'),
    application: 'billing',
    statement: 'SELECT 1',
  });
  const shown = String(pid + PID_OFFSET);
  const snapshot = await run('snapshot', headroom);
  expect(JSON.parse(snapshot.stdout).server).toMatchObject({ flavor: 'gaussdb', version: 'openGauss 5.0.0' });
  const plan = await run('plan', headroom);
  expect({ code: plan.code, stderr: plan.stderr }).toEqual({ code: 0, stderr: '' });
  expect(plan.stdout).toContain('openGauss 5.0.0');
  const terminated = await run('terminate', headroom, '--apply', shown);
  expect(terminated.code).toBe(0);
  expect(terminated.stdout).toContain(shown);
  expect(await ended).toBe('57P01');
});
