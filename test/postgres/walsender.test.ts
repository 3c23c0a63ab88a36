import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import { IDLE_STATES } from '../../functions/core/server/session.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { terminateNamed } from '../../functions/remediate/terminate-named.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, resultsOf } from '../support/runs.ts';
import { endAllSessions, expectNothingLeft } from '../support/server-state.ts';
import { openIdle, openIdleInTransaction, openMany } from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Nobody is told apart, everybody is to go, at once: only what no policy can switch off still spares. */
const EVERYBODY = {
  ...parsePolicy({
    mode: 'enforce',
    limits: { maxVictims: 1_000, maxPercent: 100, keepPerGroup: 0 },
    protect: { builtinApplications: false, listeners: false, advisoryLocks: false },
  }),
  relieve: {
    when: { unit: 'usedPercent', value: 10 },
    until: { unit: 'usedPercent', value: 1 },
    ladder: IDLE_STATES.map((state) => ({ state, minAgeMs: 0 })),
  },
} as const;
const PROTECTION = 'walsender, not a client';

/** A server ends the walsender of an ordinary role for whoever has pg_signal_backend: it is for us to leave it alone. */
describe.each(VERSIONS)('The replication of an ordinary role on PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let replicator: Role;
  let app: Role;

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: 30 } });
    headroom = await createLeastPrivilegeRole(server);
    replicator = await createRole(server, 'replicator', 'REPLICATION');
    app = await createRole(server, 'app');
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await endAllSessions(server);
    await expectNothingLeft(server);
  });

  test('a transaction with an id counts those that began after it, and one without a snapshot does not', async () => {
    const [writing, reading] = await openMany(2, () => openIdleInTransaction(server, { role: app }));
    await writing?.client.query('SELECT txid_current()');
    for (let count = 0; count < 3; count += 1) await server.query('SELECT txid_current()');
    const { sessions } = await (await openDatabase(server, headroom)).readSnapshot();
    const ageOf = (pid?: number) => sessions.find((session) => session.pid === pid)?.horizonAge;
    expect(ageOf(writing?.pid)).toBeGreaterThanOrEqual(3);
    expect(ageOf(reading?.pid)).toBeUndefined();
  });

  test('goes on through a run that ends everybody it may, the ordinary sessions of its role among them', async () => {
    await using replication = await openReplication(server, replicator);
    const clients = [
      ...(await openMany(5, () => openIdle(server, { role: app }))),
      await openIdleInTransaction(server, { role: app }),
      await openIdle(server, { role: replicator, application: 'replicator, but a client' }),
    ];
    const record = await remediate(aRequest({ policy: EVERYBODY }), briskPorts(server, headroom));

    expect(record).toMatchObject({ outcome: 'recovered', problem: null, plan: { missing: 0 } });
    expect(resultsOf(record)).toEqual({ terminated: clients.length });
    expect(await Promise.all(clients.map(({ ended }) => ended))).toEqual(clients.map(() => '57P01'));
    const spared = record.plan?.spared.filter(({ session }) => session.user === replicator.user) ?? [];
    expect(spared.map(({ session, reason, detail }) => [session.state, reason, detail]).sort()).toEqual([
      ['active', 'built-in', PROTECTION],
      ['idle', 'built-in', PROTECTION],
    ]);
    await replication.expectGoingOn();
  });

  test('goes on when a human names it', async () => {
    await using replication = await openReplication(server, replicator);
    const database = await openDatabase(server, headroom);
    try {
      const request = { pids: replication.pids, apply: true };
      const { sessions } = await terminateNamed(request, database, briskPorts(server, headroom));
      expect(sessions.map(({ result, protection }) => [result, protection])).toEqual([
        ['protected', PROTECTION],
        ['protected', PROTECTION],
      ]);
    } finally {
      await database.close();
    }
    await replication.expectGoingOn();
  });

  test('goes on even when its rows come to the guard as victims', async () => {
    await using replication = await openReplication(server, replicator);
    const database = await openDatabase(server, headroom);
    try {
      const { sessions } = await database.readSnapshot();
      const rows = sessions.filter(({ pid }) => pid !== null && replication.pids.includes(pid));
      expect(await database.terminate(rows)).toEqual(['no-match', 'no-match']);
    } finally {
      await database.close();
    }
    await replication.expectGoingOn();
  });
});

type Replication = AsyncDisposable & {
  readonly pids: readonly number[];
  /** The idle one answers, and what is written from now on arrives at the other. */
  readonly expectGoingOn: () => Promise<void>;
};

/** A walsender that waits for commands, as a backup's does, and one that streams to a standby. */
async function openReplication(server: TestServer, role: Role): Promise<Replication> {
  const waiting = await openWalsender(server, role, 'database');
  const streaming = await openWalsender(server, role, 'true');
  const { rows } = await streaming.query<{ xlogpos: string }>('IDENTIFY_SYSTEM');
  let received = 0;
  const connection: NodeJS.EventEmitter = Reflect.get(streaming, 'connection');
  connection.on('copyData', ({ chunk }: { chunk: Buffer }) => {
    if (chunk[0] === WAL_DATA) received += chunk.length;
  });
  // Has no answer before the session ends.
  streaming.query(`START_REPLICATION PHYSICAL ${rows[0]?.xlogpos}`).catch(() => {});
  const expectGoingOn = async () => {
    const before = received;
    await server.query("SELECT pg_logical_emit_message(true, 'test', 'something to stream')");
    await waitUntil(() => received > before, { what: 'the standby received what was written' });
    expect((await waiting.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  };
  await expectGoingOn();
  return {
    pids: [waiting, streaming].map((client) => Number(Reflect.get(client, 'processID'))),
    expectGoingOn,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([waiting.end(), streaming.end()]);
    },
  };
}

/** The letter of a message with write-ahead log; the others keep the connection alive. */
const WAL_DATA = 'w'.charCodeAt(0);

/** node-postgres hands this on to the server; its types do not know it. */
function openWalsender(server: TestServer, role: Role, replication: 'database' | 'true'): Promise<Client> {
  return server.connect(role, { replication } as object);
}
