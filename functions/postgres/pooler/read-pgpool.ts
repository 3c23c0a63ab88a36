import type { Pool, PoolerSession } from '../../core/server/pooler.ts';
import { NO_SETTINGS } from '../../core/server/pooler.ts';
import { numberColumn, type Row, type Show, settingsOf, textColumn } from './console.ts';
import { groupClients, type ShownClient } from './group-clients.ts';
import type { ConsoleState } from './read-pgbouncer.ts';

/** pgpool never keeps its sessions to this database, so the one that it opens for us ends with us. */
export const PGPOOL_CONSOLE = 'postgres';

const FREE = 'Wait for connection';

/**
 * Reads what pgpool-II shows in SQL to every client. It shows neither names nor addresses of its clients. Each row of
 * POOL_POOLS is a session that one process keeps; we come through such a process too.
 */
export async function readPgPool(show: Show): Promise<ConsoleState> {
  const [version = {}] = await show('SHOW POOL_VERSION');
  const rows = await show('SHOW POOL_POOLS');
  const processes = await show('SHOW POOL_PROCESSES');
  const status = settingsOf(await show('SHOW POOL_STATUS'), 'item');
  const open = rows.filter((row) => (numberColumn(row, 'pool_backendpid') ?? 0) > 0);
  const used = open.filter(isUsed);
  const { groups, placeOf } = groupClients(used.map(toShown));
  return {
    version: textColumn(version, 'pool_version') || null,
    pools: [...Map.groupBy(open, keyOf).values()].flatMap(toPool),
    clients: groups,
    clientCount: clientCount(processes, used),
    sessions: open.map(
      (row): PoolerSession => ({
        pid: numberColumn(row, 'pool_backendpid') ?? 0,
        user: textColumn(row, 'username'),
        client: isUsed(row) ? placeOf(toShown(row)) : null,
      }),
    ),
    unlisted: null,
    settings: {
      ...NO_SETTINGS,
      mode: 'session',
      mostClients: mostClients(status),
      poolsPerChild: numberIn(status, 'max_pool'),
      failsOver: failsOver(status, textColumn(version, 'pool_version')),
    },
  };
}

/**
 * Processes that serve a client, without the one that answers us. Before 4.2 the processes show no state, so those with a
 * client on a session are counted.
 */
function clientCount(processes: readonly Row[], used: readonly Row[]): number {
  const isTold = processes.some((row) => textColumn(row, 'status') !== '');
  const busy = isTold ? processes.filter((row) => textColumn(row, 'status') !== FREE) : used;
  return Math.max(0, busy.length - 1);
}

/** Whether a client is connected to it. */
function isUsed(row: Row): boolean {
  return numberColumn(row, 'pool_connected') === 1;
}

function keyOf(row: Row): string {
  return JSON.stringify([textColumn(row, 'database'), textColumn(row, 'username')]);
}

function toPool(rows: readonly Row[]): readonly Pool[] {
  const [first] = rows;
  if (first === undefined) return [];
  const database = textColumn(first, 'database');
  const active = rows.filter(isUsed).length;
  return [
    {
      database,
      serverDatabase: database,
      user: textColumn(first, 'username'),
      mode: 'session',
      size: null,
      clientsActive: active,
      clientsWaiting: null,
      sessionsActive: active,
      sessionsIdle: rows.length - active,
      longestWaitMs: null,
    },
  ];
}

function toShown(row: Row): ShownClient {
  return {
    application: '',
    user: textColumn(row, 'username'),
    database: textColumn(row, 'database'),
    address: '',
    since: textColumn(row, 'client_connection_time') || null,
    isLinked: true,
    isWaiting: false,
  };
}

/** The `reserved_connections` of its processes serve no client: pgpool refuses clients above the rest. */
function mostClients(status: ReadonlyMap<string, string>): number | null {
  const children = numberIn(status, 'num_init_children');
  return children === null ? null : children - (numberIn(status, 'reserved_connections') ?? 0);
}

function numberIn(status: ReadonlyMap<string, string>, item: string): number | null {
  const text = status.get(item) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/**
 * Whether the end of one of its sessions may end its use of the server. Before 4.3 the setting does not exist, and it is
 * always so (release notes of 4.3). Null where a later version does not show the setting.
 */
function failsOver(status: ReadonlyMap<string, string>, version: string): boolean | null {
  const shown = switchIn(status, 'failover_on_backend_shutdown');
  if (shown !== null) return shown;
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})/.exec(version) ?? [];
  if (major === undefined) return null;
  return Number(major) < 4 || (Number(major) === 4 && Number(minor) < 3) ? true : null;
}

/** `1` or `on`, by version. Every other value except `0` and `off` is unknown. */
function switchIn(status: ReadonlyMap<string, string>, item: string): boolean | null {
  const text = status.get(item) ?? '';
  if (/^(1|on)$/i.test(text)) return true;
  return /^(0|off)$/i.test(text) ? false : null;
}
