import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ServerOptions, startServer, type TestServer } from './postgres-server.ts';
import { quickFolder } from './quick-folder.ts';
import { waitUntil } from './wait-until.ts';

/** Files that belong to the running server, and a folder in which files come and go. */
const LEFT_OUT = new Set(['postmaster.pid', 'postmaster.opts']);
const LEFT_EMPTY = new Set(['pg_stat_tmp']);

/**
 * A read replica of `primary`: a server of its own on a copy of its data, which it keeps up to date by streaming. Every
 * role of the primary may connect, without a password. Its settings must allow at least as many connections as the
 * primary's.
 */
export async function startStandby(
  primary: TestServer,
  settings: ServerOptions['settings'] = {},
): Promise<TestServer> {
  const data = quickFolder('headroom-base-');
  try {
    await copyData(primary, data);
    writeFileSync(join(data, 'standby.signal'), '');
    const { host, port, version, superuser } = primary;
    const primary_conninfo = `host=${host} port=${port} user=${superuser.user} password=${superuser.password}`;
    const options = {
      version,
      authentication: 'trust',
      data,
      settings: { ...settings, primary_conninfo },
    } as const;
    return await startServer(options);
  } finally {
    rmSync(data, { recursive: true });
  }
}

/** Resolves when the standby shows everything that the primary has done so far. */
export async function caughtUp(primary: TestServer, standby: TestServer): Promise<void> {
  const [row] = await primary.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  const hasReplayed = async () => {
    const text = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done';
    return (await standby.query<{ done: boolean }>(text, [row?.lsn]))[0]?.done;
  };
  await waitUntil(hasReplayed, { what: 'the standby had caught up' });
}

/** A base backup: the server writes meanwhile, and the label tells the copy from where to read the log. */
async function copyData(primary: TestServer, data: string): Promise<void> {
  const since15 = primary.version >= 15;
  const start = since15 ? "pg_backup_start('copy', true)" : "pg_start_backup('copy', true, false)";
  const stop = since15 ? 'pg_backup_stop(false)' : 'pg_stop_backup(false, false)';
  const session = await primary.connect();
  await session.query(`SELECT ${start}`);
  const filter = (source: string) =>
    !LEFT_OUT.has(basename(source)) && !LEFT_EMPTY.has(basename(dirname(source)));
  cpSync(join(primary.folder, 'data'), data, { recursive: true, filter });
  const { rows } = await session.query<{ labelfile: string }>(`SELECT labelfile FROM ${stop}`);
  writeFileSync(join(data, 'backup_label'), rows[0]?.labelfile ?? '');
  await session.end();
}
