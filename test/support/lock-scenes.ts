import type { Client } from 'pg';
import type { Role, TestServer } from './postgres-server.ts';
import { waitUntil } from './wait-until.ts';

/** The statement that a session of a scene runs next, in its open transaction. */
const STATEMENTS = [
  (key: number) => `UPDATE rows SET n = n + 1 WHERE id = ${key}`,
  (key: number) => `UPDATE rows SET n = n + 1 WHERE id = ${key}`,
  (key: number) => `SELECT FROM rows WHERE id = ${key} FOR SHARE`,
  (key: number) => `SELECT FROM rows WHERE id = ${key} FOR UPDATE`,
  (key: number) => `SELECT FROM rows WHERE id <= ${key} FOR UPDATE SKIP LOCKED`,
  (key: number) => `INSERT INTO names VALUES ('name ${key}')`,
  (key: number) => `SELECT pg_advisory_xact_lock(${key})`,
  (key: number) => `SELECT pg_advisory_xact_lock_shared(${key})`,
  (key: number) => `LOCK TABLE wide_${key} IN ACCESS SHARE MODE`,
  (key: number) => `LOCK TABLE wide_${key} IN ROW EXCLUSIVE MODE`,
  (key: number) => `LOCK TABLE wide_${key} IN SHARE UPDATE EXCLUSIVE MODE`,
  (key: number) => `LOCK TABLE wide_${key} IN SHARE MODE`,
  (key: number) => `LOCK TABLE wide_${key} IN EXCLUSIVE MODE`,
  (key: number) => `ALTER TABLE wide_${key} ADD COLUMN IF NOT EXISTS more int`,
  (key: number) => `SELECT count(*) FROM wide_${key}`,
  (key: number) => `UPDATE rows SET n = n + 1 WHERE id = ${key}; PREPARE TRANSACTION 'left ${key}'`,
];
const KEYS = 3;

/** A session, its statement, and the key. */
export type Step = { readonly session: number; readonly statement: number; readonly key: number };

export const STEP_RANGES = { session: 14, statement: STATEMENTS.length, key: KEYS } as const;

export async function createLockScene(server: TestServer, role: Role): Promise<void> {
  await server.query('CREATE TABLE rows AS SELECT id, 0 AS n FROM generate_series(1, 3) AS id');
  await server.query('CREATE TABLE names (name text PRIMARY KEY)');
  for (const key of [1, 2, 3]) {
    await server.query(`CREATE TABLE wide_${key} (id int)`);
    await server.query(`ALTER TABLE wide_${key} OWNER TO ${role.user}`);
  }
  await server.query(`GRANT ALL ON rows, names TO ${role.user}`);
}

/** Plays the steps one after the other. A session that waits for a lock does nothing more. */
export async function playScene(server: TestServer, role: Role, steps: readonly Step[]): Promise<void> {
  const watcher = await server.connect();
  const sessions = new Map<number, { readonly pid: number; readonly client: Client; done: boolean }>();
  for (const { session, statement, key } of steps) {
    const player = sessions.get(session) ?? (await openPlayer(server, role));
    sessions.set(session, player);
    if (!player.done) continue;
    player.done = false;
    const text = STATEMENTS[statement]?.(key + 1) ?? '';
    player.client
      .query(text)
      // After a refusal the transaction has failed, so the next step begins another one.
      .catch(() => player.client.query('ROLLBACK'))
      .then(() => player.client.query('BEGIN'))
      .then(
        () => {
          player.done = true;
        },
        () => {},
      );
    const waits = async () =>
      player.done ||
      (await watcher.query('SELECT FROM pg_locks WHERE pid = $1 AND NOT granted', [player.pid])).rowCount;
    await waitUntil(waits, { what: `"${text}" had an answer or waited`, everyMs: 2 });
  }
  await watcher.end();
}

async function openPlayer(server: TestServer, role: Role) {
  const client = await server.connect(role);
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await client.query('BEGIN');
  return { pid: rows[0]?.pid ?? 0, client, done: true };
}

/** Ends all that is left of a scene. */
export async function clearScene(server: TestServer, role: Role): Promise<void> {
  await server.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
    role.user,
  ]);
  const prepared = await server.query<{ gid: string }>('SELECT gid FROM pg_prepared_xacts');
  for (const { gid } of prepared) await server.query(`ROLLBACK PREPARED '${gid}'`);
  const gone = async () =>
    (await server.query('SELECT FROM pg_stat_activity WHERE usename = $1', [role.user])).length === 0;
  await waitUntil(gone, { what: "the scene's sessions had ended" });
}
