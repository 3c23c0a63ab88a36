import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createRole } from '../support/roles.ts';
import { expectNothingLeft } from '../support/server-state.ts';
import { fillUntilRefused, type TestSession } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';
import { runHeadroom } from './run-headroom.ts';

/** The password is set by hand, as the script says. */
const OPERATOR: Role = { user: 'operator', password: 'set by hand' };
/** As young as a policy allows. */
const POLICY = {
  relieve: { when: { freeSlots: 3 }, until: { freeSlots: 5 }, ladder: [{ state: 'idle', minAge: '10s' }] },
};

type Stage = {
  readonly server: TestServer;
  readonly script: readonly string[];
  readonly sessions: readonly TestSession[];
};
const stages = new Map<number, Stage>();
let folder: string;

/** A server that is full for ordinary roles, and the role that the script makes. */
async function setStage(version: (typeof VERSIONS)[number]): Promise<Stage> {
  const settings = { max_connections: 20, ...(version >= 16 && { reserved_connections: 3 }) };
  const [server, { stdout }] = await Promise.all([
    startServer({ version, settings }),
    runHeadroom(['role-sql', '--version', String(version), '--role', OPERATOR.user]),
  ]);
  const script = stdout.split('\n');
  for (const statement of script.filter((line) => line !== '' && !line.startsWith('--')))
    await server.query(statement);
  await server.query(`ALTER ROLE operator PASSWORD '${OPERATOR.password}'`);
  const { sessions } = await fillUntilRefused(server, { role: await createRole(server, 'app') });
  // Before 16 no reserve is for it: it gets in where a slot is free.
  if (version < 16) await sessions[0]?.close();
  return { server, script, sessions };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-role-'));
  writeFileSync(join(folder, 'policy.json'), JSON.stringify(POLICY));
  const set = await Promise.all(VERSIONS.map(setStage));
  for (const stage of set) stages.set(stage.server.version, stage);
});
afterAll(async () => {
  await Promise.all([...stages.values()].map(({ server }) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

describe('The role that role-sql makes', () => {
  test.concurrent.each(VERSIONS)(
    'suffices on a full PostgreSQL %i, and is undone by what is said',
    async (version) => {
      const stage = stages.get(version);
      if (stage === undefined) throw new Error(`No stage for ${version}`);
      await waitUntil(() => hasAged(stage), {
        what: 'all sessions were idle for 10 s',
        everyMs: 250,
      });
      await expectRun(stage);
      await expectGoodFindings(stage);
      await expectUndo(stage);
    },
  );
});

function run({ server }: Stage, ...args: readonly string[]) {
  const url = `postgres://${OPERATOR.user}@127.0.0.1:${server.port}`;
  return runHeadroom([...args, '--url', url], { environment: { PGPASSWORD: OPERATOR.password } });
}

async function hasAged({ server }: Stage): Promise<boolean> {
  const young = "usename = 'app' AND state_change > now() - interval '10.1 s'";
  return (await server.query(`SELECT FROM pg_stat_activity WHERE ${young}`)).length === 0;
}

async function expectRun(stage: Stage): Promise<void> {
  const policyFile = join(folder, 'policy.json');
  const { code, stdout, stderr } = await run(stage, 'remediate', '--policy', policyFile, '--apply', '--yes');
  expect(stderr).toBe('');
  expect(stdout).toContain('recovered');
  expect(code).toBe(0);
  expect(stage.sessions.filter((session) => session.errorCode() === '57P01').length).toBeGreaterThan(0);
  await expectNothingLeft(stage.server);
}

async function expectGoodFindings(stage: Stage): Promise<void> {
  const { stdout } = await run(stage, 'doctor', '--json');
  const { findings } = JSON.parse(stdout) as { findings: { check: string; standing: string }[] };
  const about = ['visibility', 'terminate', 'attributes', 'connection-limit', 'database', 'search-path'];
  const ours = findings.filter(({ check }) => about.includes(check));
  expect(ours.map(({ standing }) => standing)).toEqual(about.map(() => 'ok'));
}

async function expectUndo({ server, script }: Stage): Promise<void> {
  const undo = script.slice(script.indexOf('-- To undo:') + 1).filter((line) => line.startsWith('--   '));
  for (const line of undo) await server.query(line.slice(2));
  expect(await server.query("SELECT FROM pg_roles WHERE rolname = 'operator'")).toEqual([]);
}

describe.concurrent('What is refused', () => {
  test.each([
    [['--version', '13'], 'Allowed is 14 to 19.'],
    [['--version', 'eighteen'], 'Allowed is 14 to 19.'],
    [['--flavor', 'mysql'], 'Allowed choices are postgresql, rds, gaussdb.'],
    [['--flavor', 'gaussdb', '--version', '16'], 'leave it out for gaussdb'],
    [['--role', ''], 'Allowed are 1 to 63 bytes.'],
  ])('%j', async (args, expected) => {
    const { code, stdout, stderr } = await runHeadroom(['role-sql', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(expected);
  });

  test('the program’s own --version still tells the program’s', async () => {
    expect((await runHeadroom(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+(\+\S+)?\n$/);
  });
});
