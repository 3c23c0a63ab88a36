import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { describeWith } from '../support/installed.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { connectThrough } from '../support/pooler-clients.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import type { Address } from '../support/proxy.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, brisk, eagerPolicy } from '../support/runs.ts';
import { endAllSessions } from '../support/server-state.ts';
import { targetOf } from '../support/targets.ts';

/** Of 33 slots 27 are for everybody, of which one is left; the others let us in. */
const SETTINGS = { max_connections: 33, superuser_reserved_connections: 3, reserved_connections: 3 };
const POLICY = eagerPolicy('enforce', { freeSlots: 12 });
const ENDED = 11;

describeWith('pgbouncer', 'pgbouncer', 'A PgBouncer whose console lists some of its sessions only', () => {
  const BEHIND = 8;
  const LEAK_FROM = '127.0.0.44';
  let server: TestServer;
  let app: Role;
  let headroom: Role;
  let clients: readonly Client[] = [];
  let leak: readonly Client[] = [];

  beforeAll(async () => {
    server = await startServer({ version: 16, settings: SETTINGS });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await Promise.allSettled([...clients, ...leak].map((client) => client.end()));
    await endAllSessions(server);
  });

  /** Clients of the pooler. */
  const connectBehind = async (pooler: Address) => {
    const through = { role: app, application: 'checkout', from: '127.0.0.17' };
    clients = await Promise.all(Array.from({ length: BEHIND }, () => connectThrough(pooler, through)));
  };
  /** Each client gets a session of its own with its first statement. */
  const takeSessions = async () => {
    for (const client of clients) await client.query('SELECT 1');
  };
  /** As many direct ones from elsewhere as fill the server. */
  const fillUp = async () => {
    const direct = { role: app, application: 'leaky', from: LEAK_FROM };
    leak = await Promise.all(Array.from({ length: 18 }, () => connectThrough(server, direct)));
  };

  /**
   * The system draws a process for each client. Where it drew the same one for all, they are opened again, before they have sessions:
   * the pooler would keep those.
   */
  const connectBehindBoth = async (one: PgBouncer, other: PgBouncer) => {
    const loginsOf = (pooler: PgBouncer) =>
      pooler.log().split(`login attempt: db=postgres user=${app.user}`).length - 1;
    for (;;) {
      const before = [one, other].map(loginsOf);
      await connectBehind(one);
      if ([one, other].every((pooler, at) => loginsOf(pooler) > (before[at] ?? 0))) return;
      await Promise.all(clients.map((client) => client.end()));
    }
  };

  /** A run of the function's own workflow, whose server has the pooler that is declared. */
  const run = ({ host, port }: Address) => {
    const target = { host, port, tls: { mode: 'off' as const } };
    const pooler = { kind: 'pgbouncer' as const, target, source: async () => headroom };
    const ports = serverPorts(
      targetOf(server),
      async () => headroom,
      () => {},
      { pooler },
    );
    return remediate(aRequest({ policy: POLICY }), brisk(ports));
  };

  const expectAllBehindIt = async (record: RunRecord) => {
    expect(record).toMatchObject({ outcome: 'recovered', problem: null });
    const sessions = record.snapshot?.sessions ?? [];
    const ended = record.attempts.map(({ pid }) => sessions.find((session) => session.pid === pid)?.address);
    expect(ended).toEqual(Array(ENDED).fill(LEAK_FROM));
    for (const client of clients) expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  };
  const flatText = (record: RunRecord) => fullTextOf(record).replaceAll(/\s+/g, ' ');
  const options = () => ({
    mode: 'session' as const,
    roles: [app, headroom],
    statsUsers: ['headroom'],
    settings: { so_reuseport: 1 },
  });

  test('because two processes share its port has what the other one holds spared by address, and says so', async () => {
    await using one = await startPgBouncer(server, options());
    await using two = await startPgBouncer(server, { ...options(), port: one.port });
    await connectBehindBoth(one, two);
    await takeSessions();
    await fillUp();
    const record = await run(one);
    const listed = record.snapshot?.pooler?.sessions.length ?? 0;
    expect(record.snapshot?.pooler?.unlisted).toEqual({
      cause: 'shared-port',
      addresses: [],
      unknownHosts: [],
    });
    expect(listed).toBeLessThan(BEHIND);
    await expectAllBehindIt(record);
    const more = BEHIND - listed;
    expect(flatText(record)).toContain(
      `Its console lists the sessions of one process, and others may share its port (so_reuseport). ${more} more session${more === 1 ? '' : 's'} from 127.0.0.1 may belong to it and ${more === 1 ? 'is' : 'are'} spared.`,
    );
  });

  test('because it leads to another PgBouncer has the sessions of that one spared, and says which to declare', async () => {
    const { settings: _, ...plain } = options();
    await using nearer = await startPgBouncer(server, plain);
    await using declared = await startPgBouncer(nearer, plain);
    await connectBehind(declared);
    await takeSessions();
    await fillUp();
    const record = await run(declared);
    expect(record.snapshot?.pooler).toMatchObject({ unlisted: { cause: 'pooler-behind' } });
    // A PgBouncer draws the process ids that it tells at random: one in a thousand could be that of a process.
    const pids = new Set(record.snapshot?.sessions.map(({ pid }) => pid));
    expect(record.snapshot?.pooler?.sessions.filter(({ pid }) => pids.has(pid))).toEqual([]);
    await expectAllBehindIt(record);
    expect(flatText(record)).toMatch(
      /Its console lists sessions that lead to another pooler, .*8 more sessions from 127\.0\.0\.1 may belong to it and are spared\. Declare the pooler that is nearest to the server/,
    );
  });
});
