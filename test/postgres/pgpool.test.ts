import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { poolerRefusals } from '../../functions/core/server/pooler-refusals.ts';
import { connect } from '../../functions/postgres/connection/connect.ts';
import { runHeadroom } from '../commands/run-headroom.ts';
import { describeWith } from '../support/installed.ts';
import { type PgPool, startPgPool } from '../support/pgpool.ts';
import { connectThrough, lookInto, refusalOf } from '../support/pooler-clients.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { type Address, dialUpstream, listenOnLoopback } from '../support/proxy.ts';
import { refusalIn } from '../support/refusal-in.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions } from '../support/server-state.ts';
import { openIdle } from '../support/sessions.ts';
import { inMs, targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

describeWith('pgpool', 'pgpool2', "pgpool-II's own view", () => {
  let server: TestServer;
  let pooler: PgPool;
  let app: Role;
  let headroom: Role;
  const clients: Client[] = [];

  beforeAll(async () => {
    server = await startServer({ version: 18 });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
    await server.query('CREATE DATABASE shop');
    // Five processes, of which the last takes nobody: it only says that there are too many.
    const settings = { num_init_children: 5, reserved_connections: 1, failover_on_backend_shutdown: 'off' };
    pooler = await startPgPool(server, { roles: [app, headroom], settings });
  });
  afterAll(async () => {
    await pooler[Symbol.asyncDispose]();
    await server.stop();
  });
  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map((client) => client.end()));
    const free = async () => (await look()).clientCount === 0;
    await waitUntil(free, { what: 'pgpool had no clients' });
  });

  const look = () => lookInto('pgpool', pooler, headroom);
  const enter = async (database = 'shop') => {
    const client = await connectThrough(pooler, { role: app, application: 'checkout', database });
    clients.push(client);
    await client.query('SELECT 1');
    return client;
  };

  test('tells version and settings, whether it fails over among them', async () => {
    const { problem, version, settings } = await look();
    expect({ problem, version }).toEqual({ problem: null, version: expect.stringMatching(/^4\./) });
    expect(settings).toMatchObject({ mode: 'session', mostClients: 4, poolsPerChild: 2, failsOver: false });
  });

  test("names each of its sessions by the server's pid, lent or kept, and no other session", async () => {
    const direct = await openIdle(server, { role: app, database: 'shop', application: 'direct' });
    await enter();
    const left = await enter();
    await left.end();
    const pids = async () =>
      (
        await server.query<{ pid: number }>(
          "SELECT pid FROM pg_stat_activity WHERE usename = 'app' AND pid <> $1 ORDER BY pid",
          [direct.pid],
        )
      ).map(({ pid }) => pid);
    const state = await waitUntilSettled(look);
    expect(await pids()).toHaveLength(2);
    expect(
      state.sessions
        .filter(({ user }) => user === 'app')
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual((await pids()).sort());
    expect(state.pools.filter(({ user }) => user === 'app')).toMatchObject([
      { database: 'shop', sessionsActive: 1, sessionsIdle: 1, clientsActive: 1 },
    ]);
    await direct.close();
  });

  test('leaves none of its sessions open for our having looked', async () => {
    await look();
    const ours = () => server.query("SELECT FROM pg_stat_activity WHERE usename = 'headroom'");
    await waitUntil(async () => (await ours()).length === 0, { what: 'no session of our role was left' });
  });

  test('says that it takes no more clients in words of its own, which are no refusal of the server', async () => {
    for (let count = 0; count < 4; count += 1) await enter();
    expect(await refusalOf(enter())).toBe('53300 Sorry, too many clients already');
    const state = await look();
    expect(state.problem).toEqual({
      code: 'pooler-full',
      message: `pgpool-II at 127.0.0.1:${pooler.port} accepts no more clients, and refused our connection too (53300).`,
    });
    expect(poolerRefusals(state)).toEqual([{ kind: 'pooler', name: null, count: 1 }]);
    const logged = pooler
      .log()
      .split('\n')
      .flatMap((line) => refusalIn(line) ?? []);
    expect(new Set(logged.map(({ kind }) => kind))).toEqual(new Set(['pooler']));
    const connection = await connect(targetOf(pooler), async () => app, inMs(500));
    expect(connection).toMatchObject({
      problem: {
        code: 'connect-full',
        message: expect.stringContaining('or those of a pooler that answers'),
      },
    });
  });

  const doctor = ({ host, port }: Address) =>
    runHeadroom(['doctor', '--url', `postgres://${headroom.user}@${host}:${port}/shop`], {
      environment: { PGPASSWORD: headroom.password },
    });

  test('is not taken for the server by the doctor, which no server logs', async () => {
    const { code, stdout } = await doctor(pooler);
    expect(stdout).toMatch(/1 problem to fix\.[\s\S]*A pooler answers in place of the server/);
    expect(code).toBe(3);
    expect(server.log()).not.toMatch(/ERROR|pool_version/);
    await endAllSessions(server);
  });

  test('is told apart from a tunnel, which ends its session with ours', async () => {
    await using tunnel = await listenOnLoopback((client) => {
      const upstream = dialUpstream(server);
      client.pipe(upstream).pipe(client);
      client.on('close', () => upstream.destroy());
    });
    const { stdout } = await doctor(tunnel);
    expect(stdout).not.toContain('A pooler answers');
    expect(server.log()).not.toMatch(/ERROR|pool_version/);
  });
});

/** pgpool notes a moment later that a client has left. */
async function waitUntilSettled(look: () => ReturnType<typeof lookInto>) {
  const isSettled = async () => {
    const { sessions } = await look();
    return sessions.some(({ user, client }) => user === 'app' && client === null);
  };
  await waitUntil(isSettled, { what: 'pgpool kept a session for the next client' });
  return await look();
}
