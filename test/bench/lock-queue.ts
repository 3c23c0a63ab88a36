import type { Client } from 'pg';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';
import { report } from '../../functions/report/report.ts';
import { aPolicy } from '../support/builders.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { ALARM, runOf } from '../support/records.ts';
import { noIndex } from '../support/report-steps.ts';
import { workHere } from '../support/report-work.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openDatabase } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';
import { compare, goal, type Measured, markdownTable, number } from './measure.ts';
import { recordOfSize } from './record.ts';

const WAITERS = 2_000;
const ROUNDS = 7;
const UPDATE = 'UPDATE seats SET n = n + 1';
/** The query of former snapshots, from before they read the contested locks. */
const PAIRS = "SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";

/** A snapshot of 2,000 sessions before and while they wait for one row, and the time of its report. */
export async function benchLockQueue(): Promise<string> {
  const settings = { max_connections: WAITERS + 100, deadlock_timeout: '600s' };
  await using server = await startServer({ version: 18, authentication: 'trust', settings });
  const app = await createRole(server, 'app');
  const headroom = await createLeastPrivilegeRole(server);
  await server.query('CREATE TABLE seats AS SELECT 1 AS id, 0 AS n');
  await server.query('GRANT ALL ON seats TO app');
  const queue = await openSessions(server, app);
  const without = await measureSnapshot(server, headroom);
  await queue();
  const waiting = await measureSnapshot(server, headroom);
  // One after the other: side by side, the CPU time of both would count for each.
  const told = [await measureReport(runWith(waiting.snapshot)), await measureReport(recordOfSize(5_000))];
  const [, pairs] = waiting.measured;
  return [
    markdownTable([
      ['', 'median', 'quartiles'],
      row(`snapshot, ${number(WAITERS)} idle sessions, ms`, without.measured[0]),
      row(`snapshot, ${number(WAITERS)} of them wait for one row, ms`, waiting.measured[0]),
      row('`pg_blocking_pids` for each of them, as before, ms', pairs),
      row(`report, ${number(WAITERS)} waiters, ms of CPU`, told[0]),
      row('report, 5,000 sessions, ms of CPU', told[1]),
    ]),
    '',
    goal(`a snapshot at ${number(WAITERS)} lock waiters takes, beside one without,`, 3, [
      (waiting.measured[0]?.median ?? Number.NaN) / (without.measured[0]?.median ?? Number.NaN),
    ]),
    '',
    goal(
      '`report` takes, of CPU,',
      1,
      told.map((each) => (each?.median ?? Number.NaN) / 1_000),
      { unit: 's' },
    ),
  ].join('\n');
}

function row(what: string, measured: Measured | undefined): readonly string[] {
  if (measured === undefined) return [what, '', ''];
  const { median, low, high } = measured;
  return [what, number(median, 1), `${number(low, 1)}–${number(high, 1)}`];
}

/** Opens the sessions. The returned function makes all of them wait behind one open transaction. */
async function openSessions(server: TestServer, role: Role): Promise<() => Promise<void>> {
  const holder = await server.connect(role);
  const clients: Client[] = [];
  for (let at = 0; at < WAITERS; at += 50)
    clients.push(...(await Promise.all(Array.from({ length: 50 }, () => server.connect(role)))));
  return async () => {
    await holder.query('BEGIN');
    await holder.query(UPDATE);
    for (const client of clients) client.query(UPDATE).catch(() => {});
    const all = async () => {
      const rows = await server.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted',
      );
      return (rows[0]?.count ?? 0) >= WAITERS;
    };
    await waitUntil(all, { what: 'all waited', timeoutMs: 120_000, everyMs: 500 });
  };
}

async function measureSnapshot(
  server: TestServer,
  role: Role,
): Promise<{ readonly measured: readonly Measured[]; readonly snapshot: Snapshot }> {
  // A new session each time: our session ends during the pause in which the other side is measured.
  const database = await openDatabase(server, role);
  const ours = await compare([{ name: 'snapshot', run: () => database.readSnapshot() }], ROUNDS, 2);
  const snapshot = await database.readSnapshot();
  await database.close();
  const client = await server.connect(role);
  const pairs = await compare([{ name: 'pairs', run: () => client.query(PAIRS) }], 3, 1);
  await client.end();
  return { measured: [...ours, ...pairs], snapshot };
}

function runWith(snapshot: Snapshot): RunRecord {
  return runOf({ snapshot, policy: aPolicy({ mode: 'enforce' }), trigger: ALARM });
}

/** The time for record, message and page, from the result as Lambda delivers it. */
async function measureReport(record: RunRecord): Promise<Measured | undefined> {
  const payload: unknown = JSON.parse(JSON.stringify(packRecord(record)));
  const destination = {
    kind: 'record',
    functionName: 'pg-headroom-orders',
    requestId: record.runId,
    payload,
  } as const;
  const run = async () => {
    const before = process.cpuUsage();
    await report(destination, {
      work: workHere,
      keep: { index: noIndex(), urlOf: async () => 'https://example.org/run', put: async () => {} },
      memory: null,
      count: () => {},
      publish: { people: async () => {}, chat: async () => {} },
      now: () => Date.parse(record.startedAt),
      sleep: async () => {},
      log: () => {},
    });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  return (await compare([{ name: 'report', run }], ROUNDS, 2))[0];
}
