import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../functions/core/server/session.ts';
import { postgresql } from '../../functions/postgres/postgresql/postgresql.ts';
import { TERMINATE_SESSIONS } from '../../functions/postgres/postgresql/sql/terminate-sessions.ts';
import { startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openIdle, openMany, type TestSession } from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

/** What has to hold before a victim may share the look of an earlier one, and the same made to hold here. */
const SHARES_IF = {
  'the server has 2,000 slots': [
    '::pg_catalog.int4 OPERATOR(pg_catalog.>=) 2000',
    '::pg_catalog.int4 OPERATOR(pg_catalog.>=) 1',
  ],
  '2,000 sessions are open': ['2000::pg_catalog.int8', '1::pg_catalog.int8'],
  'it is younger than 3 ms': ["'3 ms'", "'1 h'"],
  'it is younger than five looks take': ['5::pg_catalog.float8', '1e9::pg_catalog.float8'],
  'it is younger than a thousandth of the rest': ['1000::pg_catalog.float8', '0.001::pg_catalog.float8'],
} as const;
type Condition = keyof typeof SHARES_IF;
const CONDITIONS = Object.keys(SHARES_IF) as Condition[];

/** A session that was idle begins a transaction and waits for its client again, or it works. */
const BEGINS = 'BEGIN';
const WORKS = 'SELECT pg_sleep(600)';

type Case = readonly [
  name: string,
  held: readonly Condition[],
  result: 'no-match' | 'signalled',
  wakesUp?: typeof WORKS,
];
const CASES: readonly Case[] = [
  ['and the guard is as it is', [], 'no-match'],
  ...CONDITIONS.map(
    (left): Case => [`unless ${left}`, CONDITIONS.filter((condition) => condition !== left), 'no-match'],
  ),
  ['unless every condition for a shared look is made to hold', CONDITIONS, 'signalled'],
  ['whatever is made to hold, while it works', CONDITIONS, 'no-match', WORKS],
];

const made = (guard: string, condition: Condition) => {
  const [from, to] = SHARES_IF[condition];
  expect(guard).toContain(from);
  return guard.replace(from, to);
};
/** In place of a signal to the first, the guard waits for a lock that another session has. */
const waiting = (guard: string) =>
  guard.replace(
    'pg_catalog.pg_terminate_backend(a.pid)',
    'CASE WHEN v.at = 1 THEN pg_catalog.pg_advisory_lock(1) IS NOT NULL ELSE a.pid IS NOT NULL END',
  );

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  /** A pair for each case: one that is ended, and one that wakes up. */
  let sessions: readonly TestSession[];
  let rows: ReadonlyMap<number | null, Session>;

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: 60 } });
    const app = await createRole(server, 'app');
    sessions = await openMany(2 * CASES.length, () => openIdle(server, { role: app }));
    // A thousandth of their rest is more than a ms.
    await sleep(1_500);
    const database = await openDatabase(server, await createLeastPrivilegeRole(server));
    rows = new Map((await database.readSnapshot()).sessions.map((session) => [session.pid, session]));
    await database.close();
  });
  afterAll(() => server.stop());

  test.each(CASES.map(([name, held, result, wakesUp = BEGINS], at) => ({ name, held, result, wakesUp, at })))(
    'a session that wakes up while another one is ended is let go, $name',
    async ({ held, result, wakesUp, at }) => {
      const pair = sessions.slice(2 * at, 2 * at + 2);
      const victims = pair.flatMap(({ pid }) => rows.get(pid) ?? []);
      expect(victims).toHaveLength(2);
      const values = postgresql(version * 10_000).guards(victims)[0]?.values ?? [];
      const holder = await server.connect();
      await holder.query('SELECT pg_advisory_lock(1)');
      const answer = server.query<{ result: string }>(waiting(held.reduce(made, TERMINATE_SESSIONS)), values);
      const waits = async () =>
        (await server.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).length === 1;
      await waitUntil(waits, { what: 'the guard waited' });
      const woken = pair[1];
      const working = woken?.client.query(wakesUp).catch(() => {});
      if (wakesUp === BEGINS) await working;
      const isSeen = async () =>
        (await server.query("SELECT FROM pg_stat_activity WHERE pid = $1 AND state <> 'idle'", [woken?.pid]))
          .length === 1;
      await waitUntil(isSeen, { what: 'it was seen to have woken up' });
      // Longer than five looks take, and than a thousandth of the rest.
      await sleep(500);
      await holder.end();
      expect((await answer).map((row) => row.result)).toEqual(['signalled', result]);
    },
  );
});
