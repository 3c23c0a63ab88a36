import { expect } from 'vitest';
import type { TestServer } from './postgres-server.ts';
import type { RunElsewhere } from './run-elsewhere.ts';
import { waitUntil } from './wait-until.ts';

/** The key of the product's lock, "pghr" in ASCII. */
const LOCK_KEY = 0x70676872;

/**
 * Interrupts a run after it has sent its first window and before any answer. The process of our session stands still
 * meanwhile. Returns the pids of the window.
 */
export async function interruptWindow(
  server: TestServer,
  run: RunElsewhere,
  how: () => Promise<void>,
): Promise<readonly number[]> {
  const pids = await run.terminating();
  const ours = await oursOn(server);
  for (const { pid } of ours) process.kill(pid, 'SIGSTOP');
  await run.send();
  await how();
  for (const { pid } of ours) process.kill(pid, 'SIGCONT');
  return pids;
}

/** The product's sessions as other sessions see them. */
export function oursOn(
  server: TestServer,
): Promise<{ pid: number; state: string; waits: string; locked: boolean }[]> {
  return server.query(
    `SELECT pid, state, wait_event AS waits, pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1) AS locked
     FROM pg_stat_activity WHERE application_name = 'pg-headroom'`,
    [LOCK_KEY],
  );
}

/** Waits until the server has taken slot and lock back, which its timeouts for our session do after 10 s. */
export async function takenBack(server: TestServer): Promise<void> {
  const isGone = async () => (await oursOn(server)).length === 0;
  await waitUntil(isGone, { what: 'the server had taken our slot back', everyMs: 100 });
  expect(await server.query("SELECT FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
}

/** The SQLSTATEs with which the server ended sessions of the product. */
export function endsOfOurs(server: TestServer): readonly string[] {
  const lines = server.log().matchAll(/ (\w{5}) headroom@postgres\/pg-headroom FATAL: /g);
  return [...lines].map(([, sqlstate = '']) => sqlstate);
}
