import { expect } from 'vitest';
import type { TestServer } from './postgres-server.ts';
import type { TestSession } from './sessions.ts';
import { waitUntil } from './wait-until.ts';

const CLIENTS = "pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

/** No session of the product, and no advisory lock. A statement that was sent before the end may still run. */
export async function expectNothingLeft(server: TestServer): Promise<void> {
  const own = () => server.query("SELECT FROM pg_stat_activity WHERE application_name = 'pg-headroom'");
  await waitUntil(async () => (await own()).length === 0, { what: 'no session of ours was left' });
  expect(await server.query("SELECT FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
}

/** None of them was ended, and no signal to them is on its way. */
export async function expectAlive(server: TestServer, sessions: readonly TestSession[]): Promise<void> {
  await server.query('SELECT pg_sleep(0.02)');
  const pids = sessions.map(({ pid }) => pid);
  const rows = await server.query('SELECT FROM pg_stat_activity WHERE pid = ANY ($1)', [pids]);
  expect(rows).toHaveLength(sessions.length);
  expect(sessions.filter((session) => !session.isOpen())).toEqual([]);
}

/** Clears the server for the next test; one superuser's slot must be free. */
export async function endAllSessions(server: TestServer): Promise<void> {
  await server.query(`SELECT pg_terminate_backend(pid) FROM ${CLIENTS}`);
  const isEmpty = async () => (await server.query(`SELECT FROM ${CLIENTS}`)).length === 0;
  await waitUntil(isEmpty, { what: 'all sessions were gone' });
}
