import { expect } from 'vitest';
import type { TestServer } from './postgres-server.ts';
import type { TestSession } from './sessions.ts';
import { waitUntil } from './wait-until.ts';

type Rows = readonly { readonly pid: number }[];
/** A server, or a session from before its slots were taken. */
type Asked = { readonly query: (text: string) => Promise<Rows> };

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

/**
 * Clears the server for the next test. A server needs one free slot of a superuser for it. A session shows no more a moment
 * before its slot is free: that is so when its process has ended.
 */
export async function endAllSessions(
  asked: Asked,
  types: readonly string[] = ['client backend'],
): Promise<void> {
  const all = `FROM pg_stat_activity WHERE backend_type IN ('${types.join("', '")}') AND pid <> pg_backend_pid()`;
  const told = await asked.query(`SELECT pid, pg_terminate_backend(pid) ${all}`);
  const isEmpty = async () =>
    (await asked.query(`SELECT pid ${all}`)).length === 0 && !told.some(({ pid }) => isRunning(pid));
  await waitUntil(isEmpty, { what: 'all sessions were gone' });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
