import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { clientsBehind } from '../../functions/core/server/pooler-clients.ts';
import type { PoolerKind } from '../../functions/core/server/pooler-kind.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { describeWith } from '../support/installed.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { startPgPool } from '../support/pgpool.ts';
import { connectThrough } from '../support/pooler-clients.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import type { Address, Listening } from '../support/proxy.ts';
import { listenOnLoopback } from '../support/proxy.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, brisk, eagerPolicy } from '../support/runs.ts';
import { endAllSessions } from '../support/server-state.ts';
import { openIdle, openMany, type TestSession } from '../support/sessions.ts';
import { targetOf } from '../support/targets.ts';

const CLIENTS = 5;
const DIRECT = 21;
/** Of 33 slots 27 are for everybody, of which one is left; the others let us in, and pgpool-II on our behalf. */
const SETTINGS = { max_connections: 33, superuser_reserved_connections: 3, reserved_connections: 3 };
const POLICY = eagerPolicy('enforce', { freeSlots: 12 });
const ENDED = 11;

type Pooler = Address & AsyncDisposable;
type Setup = {
  readonly name: string;
  readonly kind: PoolerKind;
  readonly start: (server: TestServer, roles: readonly Role[]) => Promise<Pooler>;
  readonly detail: string;
};

const bouncer = (mode: 'session' | 'transaction'): Setup => ({
  name: `PgBouncer in ${mode} mode`,
  kind: 'pgbouncer',
  start: (server, roles) => startPgBouncer(server, { mode, roles, statsUsers: ['headroom'] }),
  detail: 'a session of PgBouncer, which manages its own sessions',
});
const pgpool = (failover: 'on' | 'off'): Setup => ({
  name: `pgpool-II with failover_on_backend_shutdown ${failover}`,
  kind: 'pgpool',
  start: (server, roles) =>
    startPgPool(server, {
      roles,
      settings: { num_init_children: 8, failover_on_backend_shutdown: failover },
    }),
  detail: `a session of pgpool-II, which manages its own sessions${failover === 'on' ? '; if it ends, pgpool-II may fail over' : ''}`,
});

let server: TestServer;
let app: Role;
let headroom: Role;
let direct: readonly TestSession[] = [];
let clients: readonly Client[] = [];

beforeAll(async () => {
  server = await startServer({ version: 16, settings: SETTINGS });
  app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
});
afterAll(() => server.stop());
afterEach(async () => {
  await Promise.allSettled(clients.map((client) => client.end()));
  await endAllSessions(server);
});

/** Clients that hold a session each, as long as their transaction is open, and as many direct ones as fill the server. */
async function crowd(pooler: Address): Promise<void> {
  clients = await Promise.all(
    Array.from({ length: CLIENTS }, () =>
      connectThrough(pooler, { role: app, application: 'checkout', from: '127.0.0.17' }),
    ),
  );
  await Promise.all(clients.map((client) => client.query('BEGIN')));
  await Promise.all(clients.map((client) => client.query('COMMIT')));
  direct = await openMany(DIRECT, () => openIdle(server, { role: app, application: 'leaky' }));
}

/** A run of the function's own workflow, whose server has the pooler that is declared. */
function run(kind: PoolerKind, at: Address, role = headroom): Promise<RunRecord> {
  const pooler = {
    kind,
    target: { host: at.host, port: at.port, tls: { mode: 'off' as const } },
    source: async () => role,
  };
  const ports = serverPorts(
    targetOf(server),
    async () => headroom,
    () => {},
    { pooler },
  );
  return remediate(aRequest({ policy: POLICY }), brisk(ports));
}

function sparedAs(record: RunRecord, detail: string): readonly (number | null)[] {
  const spared = record.plan?.spared.filter((each) => each.detail === detail) ?? [];
  return spared.map(({ session }) => session.pid);
}

/** Only the leak's sessions were ended, and everybody behind the pooler goes on working. */
async function expectOnlyDirectOnes(record: RunRecord): Promise<void> {
  expect(record).toMatchObject({ outcome: 'recovered', problem: null });
  const ended = record.attempts.filter(({ result }) => result === 'terminated').map(({ pid }) => pid);
  expect(ended).toHaveLength(ENDED);
  const leak = new Set<number | null>(direct.map(({ pid }) => pid));
  expect(ended.filter((pid) => !leak.has(pid))).toEqual([]);
  for (const client of clients) expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
}

const SETUPS = [
  { program: 'pgbouncer', packageName: 'pgbouncer', setup: bouncer('session') },
  { program: 'pgbouncer', packageName: 'pgbouncer', setup: bouncer('transaction') },
  { program: 'pgpool', packageName: 'pgpool2', setup: pgpool('on') },
  { program: 'pgpool', packageName: 'pgpool2', setup: pgpool('off') },
];

for (const { program, packageName, setup } of SETUPS) {
  const { name, kind, start, detail } = setup;
  describeWith(program, packageName, `A full server behind ${name}`, () => {
    test("has only the direct leak's sessions ended, although the policy names no pooler", async () => {
      await using pooler = await start(server, [app, headroom]);
      await crowd(pooler);
      const behind = await server.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'checkout'",
      );
      expect(behind.length).toBeGreaterThan(0);
      const record = await run(kind, pooler);
      await expectOnlyDirectOnes(record);
      expect(sparedAs(record, detail).toSorted()).toEqual(behind.map(({ pid }) => pid).toSorted());
      expect(record.snapshot?.pooler?.problem).toBeNull();
    });
  });
}

describeWith('pgbouncer', 'pgbouncer', 'The clients behind PgBouncer', () => {
  test.each(['session', 'transaction'] as const)(
    'are named in %s mode, with their own address',
    async (mode) => {
      await using pooler = await bouncer(mode).start(server, [app, headroom]);
      await crowd(pooler);
      const record = await run('pgbouncer', pooler);
      const { snapshot } = record;
      const linked = mode === 'session' ? CLIENTS : 0;
      expect(snapshot && clientsBehind(snapshot)).toEqual([
        {
          group: { application: 'checkout', user: 'app', database: 'postgres' },
          clients: CLIENTS,
          linked,
          waiting: 0,
          addresses: { count: 1, first: ['127.0.0.17'] },
        },
      ]);
      const text = fullTextOf(record);
      expect(text.replaceAll(/\s+/g, ' ')).toMatch(
        mode === 'session'
          ? /5 sessions come through PgBouncer: 5 of 5 for checkout from 127\.0\.0\.17\./
          : /\d+ sessions? comes? through PgBouncer: 5 clients of checkout from 127\.0\.0\.17\./,
      );
    },
  );

  test('that the pooler alone refuses bring its sizes into the message, and end no session', async () => {
    const settings = { max_client_conn: 3, default_pool_size: 2 };
    const roles = [app, headroom];
    await using pooler = await startPgBouncer(server, {
      mode: 'session',
      roles,
      statsUsers: ['headroom'],
      settings,
    });
    const enter = () => connectThrough(pooler, { role: app, application: 'checkout', from: '127.0.0.17' });
    clients = await Promise.all([enter(), enter()]);
    const waiting = await enter().catch(() => null);
    clients = waiting === null ? clients : [...clients, waiting];
    await expect(enter()).rejects.toMatchObject({ code: '08P01' });
    const record = await run('pgbouncer', pooler);
    expect(record).toMatchObject({ outcome: 'unexplained', attempts: [] });
    const flat = fullTextOf(record).replaceAll(/\s+/g, ' ');
    expect(flat).toMatch(/1\. PgBouncer has 3 clients and takes no more\. Let it take 100\./);
    for (const line of [
      /default_pool_size = \d+/,
      /max_client_conn = 100/,
      /server_idle_timeout = 60/,
      /query_wait_timeout = 30/,
    ])
      expect(flat).toMatch(line);
  });
});

describe('A console that cannot be read', () => {
  const crowdAlone = async () => {
    direct = await openMany(DIRECT + CLIENTS, () => openIdle(server, { role: app, application: 'leaky' }));
    clients = [];
  };

  test('of PgBouncer, on a host without sessions, stops no run: it goes on and says so', async () => {
    await crowdAlone();
    const nobody: Listening = await listenOnLoopback(() => {});
    await nobody[Symbol.asyncDispose]();
    const record = await run('pgbouncer', { host: '127.0.0.2', port: nobody.port });
    await expectOnlyDirectOnes(record);
    expect(record.snapshot?.pooler?.problem).toMatchObject({
      code: 'pooler-unreadable',
      message: expect.stringContaining(`PgBouncer's console at 127.0.0.2:${nobody.port} cannot be read`),
    });
  });

  test('of PgBouncer, that stays silent, is given a second', async () => {
    await crowdAlone();
    await using silent = await listenOnLoopback(() => {});
    const record = await run('pgbouncer', silent);
    expect(record.snapshot?.pooler?.problem?.message).toContain('(no answer in 1 s)');
    // It is known where its sessions would come from: there nobody is ended.
    expect(record).toMatchObject({ outcome: 'no-candidates', attempts: [] });
    expect(sparedAs(record, 'may belong to PgBouncer, which could not be asked')).toHaveLength(
      DIRECT + CLIENTS,
    );
  });

  test('of pgpool-II spares every session: each could be its own, and it could fail over', async () => {
    await crowdAlone();
    await using silent = await listenOnLoopback(() => {});
    const record = await run('pgpool', { host: '127.0.0.2', port: silent.port });
    expect(record).toMatchObject({ outcome: 'no-candidates', attempts: [] });
    const detail = 'may belong to pgpool-II, which could not be asked; if it ends, pgpool-II may fail over';
    expect(sparedAs(record, detail)).toHaveLength(DIRECT + CLIENTS);
  });
});

describeWith('pgbouncer', 'pgbouncer', "PgBouncer's console", () => {
  test('with a wrong password for us is said to be unreadable, and its host is spared', async () => {
    await using pooler = await bouncer('session').start(server, [app, headroom]);
    await crowd(pooler);
    const record = await run('pgbouncer', pooler, { ...headroom, password: 'wrong' });
    expect(record.snapshot?.pooler?.problem?.message).toContain('SASL authentication failed');
    expect(record.attempts).toEqual([]);
  });
});
