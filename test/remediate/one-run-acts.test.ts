import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, brisk, withDatabase } from '../support/runs.ts';
import { endAllSessions, expectNothingLeft } from '../support/server-state.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { startStandby } from '../support/standby.ts';
import { inMs, targetOf } from '../support/targets.ts';

/** "pghr" in ASCII: the class of our locks, and the only key of the version before. */
const CLASS = 0x70676872;
const RUNS = 20;
const MAX_CONNECTIONS = 60;
/** For each run that waits for another one: on a busy machine a run takes half a second. */
const PATIENCE_MS = 40_000;
/** Each run finds too few slots free, and may end one session. */
const POLICY = parsePolicy({
  mode: 'enforce',
  relieve: { when: { freeSlots: 54 }, until: { freeSlots: 54 } },
  limits: { maxVictims: 1 },
});
const ENFORCE = {
  ...POLICY,
  relieve: { ...POLICY.relieve, ladder: [{ state: 'idle', minAgeMs: 0 }] as const },
};

/** When a run had the lock, by our clock. */
type Window = { readonly from: number; readonly to: number };

/** The server's own ports; from the lock to the end of the session a run may act. */
function watched(ports: RemediatePorts, windows: Window[]): RemediatePorts {
  return withDatabase(brisk(ports), (database) => {
    let from: number | null = null;
    return {
      ...database,
      tryLock: async () => {
        const tried = await database.tryLock();
        if (tried.locked) from = performance.now();
        return tried;
      },
      close: async () => {
        if (from !== null) windows.push({ from, to: performance.now() });
        from = null;
        await database.close();
      },
    };
  });
}

function overlapping(windows: readonly Window[]): readonly (readonly [Window, Window])[] {
  const inOrder = windows.toSorted((a, b) => a.from - b.from);
  return inOrder.slice(1).flatMap((next, at) => {
    const before = inOrder[at];
    return before && next.from < before.to ? [[before, next] as const] : [];
  });
}

/** Somebody with CONNECT and nothing else, who knows what we lock and how we are called. */
async function holdEverything(server: TestServer, role: Role): Promise<void> {
  const stranger = await server.connect(role, { application_name: 'pg-headroom' });
  await stranger.query('SELECT pg_advisory_lock($1)', [CLASS]);
  await stranger.query('SELECT pg_advisory_lock($1, key) FROM generate_series(1, 500) key', [CLASS]);
}

type Stage = {
  /** Where runs look. */
  readonly server: TestServer;
  readonly roles: readonly [Role, Role];
  readonly stranger: Role;
  readonly app: Role;
};

/** Runs at the same moment, half of them in each database and as each role. */
async function runAll({ server, roles, stranger, app }: Stage) {
  await holdEverything(server, stranger);
  await openMany(30, () => openIdle(server, { role: app }));
  const windows: Window[] = [];
  const run = (at: number) => {
    const role = roles[at % 2 === 0 ? 0 : 1];
    const target = targetOf(server, { database: at % 4 < 2 ? 'postgres' : 'other' });
    const ports = serverPorts(
      target,
      async () => role,
      () => {},
    );
    const request = aRequest({ policy: ENFORCE, runId: `run-${at}`, deadline: inMs(PATIENCE_MS) });
    return remediate(request, watched(ports, windows));
  };
  const records = await Promise.all(Array.from({ length: RUNS }, (_, at) => run(at)));
  return { records, windows };
}

function expectOneAtATime({ records, windows }: Awaited<ReturnType<typeof runAll>>): void {
  expect(overlapping(windows)).toEqual([]);
  const acted = records.filter(({ outcome }) => outcome === 'partial');
  const waited = records.filter(({ outcome }) => outcome === 'busy');
  expect(acted.length + waited.length).toBe(RUNS);
  expect(windows).toHaveLength(acted.length);
  expect(acted.length).toBeGreaterThan(RUNS / 2);
  const ended = acted.flatMap(({ attempts }) => attempts.map(({ pid, result }) => ({ pid, result })));
  expect(new Set(ended.map(({ pid }) => pid)).size).toBe(acted.length);
  expect(ended.filter(({ result }) => result !== 'terminated')).toEqual([]);
  for (const { lock } of acted)
    expect(lock?.holders).toEqual([expect.objectContaining({ user: 'stranger', isRun: false })]);
}

const TITLE = `of ${RUNS} runs in two databases and two roles, beside a stranger with 501 locks, one acts at a time`;

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let stage: Stage;

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: MAX_CONNECTIONS } });
    stage = {
      server,
      roles: [await createLeastPrivilegeRole(server), await createLeastPrivilegeRole(server, 'headroom_too')],
      stranger: await createRole(server, 'stranger'),
      app: await createRole(server, 'app'),
    };
    await server.query('CREATE DATABASE other');
  });
  afterAll(() => server.stop());

  test(TITLE, async () => {
    expectOneAtATime(await runAll(stage));
    await endAllSessions(server);
    await expectNothingLeft(server);
  });

  test.runIf(version === 18)(`${TITLE}, on a replica too`, async () => {
    await using replica = await startStandby(server, { max_connections: MAX_CONNECTIONS });
    expectOneAtATime(await runAll({ ...stage, server: replica }));
  });
});
