import { LOCAL_ADDRESS } from '../../core/base/address.ts';
import type {
  Pool,
  PoolerSession,
  PoolerSettings,
  PoolerState,
  UnlistedCause,
} from '../../core/server/pooler.ts';
import { numberColumn, type Row, type Show, settingsOf, textColumn } from './console.ts';
import { groupClients, type ShownClient } from './group-clients.ts';

/** The console's own database. Clients connected to it are people or tools, not applications. */
export const PGBOUNCER_CONSOLE = 'pgbouncer';

export type ConsoleState = Pick<
  PoolerState,
  'version' | 'pools' | 'clients' | 'clientCount' | 'loginsPerSecond' | 'sessions' | 'settings'
> & { readonly unlisted: UnlistedHosts | null };

/**
 * Why the pooler lists only some of its sessions, and the hosts from which the others come besides its own, as the pooler
 * names them.
 */
export type UnlistedHosts = { readonly cause: UnlistedCause; readonly hosts: readonly string[] };

/**
 * The largest process id on Linux. A pooler that answers in place of a server invents process ids out of all 32-bit
 * numbers, so a larger one is invented.
 */
const LARGEST_PID = 2 ** 22;

/** PgBouncer has this column from 1.26 on. Its totals become smaller when a pool is freed, the averages do not. */
const LOGINS = 'avg_client_login_count';

/** Reads the console of PgBouncer 1.18 or later. A role in `stats_users` may see all of it. */
export async function readPgBouncer(show: Show): Promise<ConsoleState> {
  const version = await show('SHOW VERSION');
  // Sessions are read before clients: if a session is lent in between, its client is in the later list.
  const servers = await show('SHOW SERVERS');
  const clients = await show('SHOW CLIENTS');
  const pools = await show('SHOW POOLS');
  const databases = await show('SHOW DATABASES');
  const stats = await show('SHOW STATS');
  const isLate = stats.some((row) => numberColumn(row, LOGINS) !== null);
  const users = isLate ? await show('SHOW USERS') : [];
  const config = settingsOf(await show('SHOW CONFIG'), 'key');
  const peers = isOneOfPeers(config) ? await show('SHOW PEERS') : [];
  const [first = {}] = version;
  return {
    version: textColumn(first, 'version') || null,
    pools: pools.filter(isForClients).map((row) => toPool(row, databases, users, config)),
    ...toClients(clients.filter(isForClients), servers.filter(namesProcess)),
    unlisted: toUnlisted(servers, peers, config),
    // Without our own.
    clientCount: clients.length - 1,
    ...(isLate && { loginsPerSecond: loginsIn(stats.filter(isForClients)) }),
    settings: toSettings(config),
  };
}

function loginsIn(stats: readonly Row[]): number {
  return stats.reduce((sum, row) => sum + (numberColumn(row, LOGINS) ?? 0), 0);
}

function isOneOfPeers(config: ReadonlyMap<string, string>): boolean {
  return !['', '0'].includes(config.get('peer_id') ?? '');
}

/**
 * Whether the row names a process of a server. It names none while it logs in, and an invented one where another pooler
 * answers.
 */
function namesProcess(row: Row): boolean {
  const pid = numberColumn(row, 'remote_pid');
  return pid !== null && pid > 0 && pid <= LARGEST_PID;
}

/** Whether the session is logged in and its process is not one of a server. */
function leadsToPooler(row: Row): boolean {
  const pid = textColumn(row, 'remote_pid');
  return /^-?[1-9]\d*$/.test(pid) && !namesProcess(row);
}

function toUnlisted(
  servers: readonly Row[],
  peers: readonly Row[],
  config: ReadonlyMap<string, string>,
): UnlistedHosts | null {
  const behind = servers.filter(leadsToPooler).map((row) => textColumn(row, 'addr'));
  const hosts = [...new Set([...behind, ...peers.map((row) => textColumn(row, 'host'))])].filter(isElsewhere);
  if (behind.length > 0) return { cause: 'pooler-behind', hosts };
  if (isOneOfPeers(config)) return { cause: 'peers', hosts };
  return config.get('so_reuseport') === '1' ? { cause: 'shared-port', hosts } : null;
}

/**
 * Loopback addresses and Unix sockets belong to the pooler's own host. The server sees that host under another address.
 */
export function isElsewhere(host: string): boolean {
  return !/^(|unix|\/.*|@.*|localhost|127\..*|::1)$/.test(host);
}

function isForClients(row: Row): boolean {
  return textColumn(row, 'database') !== PGBOUNCER_CONSOLE;
}

/** The size of a user counts before that of the database. Before 1.26 users without one show one too. */
function toPool(
  row: Row,
  databases: readonly Row[],
  users: readonly Row[],
  config: ReadonlyMap<string, string>,
): Pool {
  const database = textColumn(row, 'database');
  const user = textColumn(row, 'user');
  const own = users.find((each) => textColumn(each, 'name') === user) ?? {};
  const of = databases.find((each) => textColumn(each, 'name') === database) ?? {};
  const count = (name: string) => numberColumn(row, name) ?? 0;
  const waitS = numberColumn(row, 'maxwait');
  return {
    database,
    serverDatabase: textColumn(of, 'database') || database,
    user,
    mode: textColumn(row, 'pool_mode') || config.get('pool_mode') || null,
    size: numberColumn(own, 'pool_size') ?? numberColumn(of, 'pool_size'),
    clientsActive: count('cl_active'),
    clientsWaiting: numberColumn(row, 'cl_waiting'),
    sessionsActive: count('sv_active'),
    // Sessions in state "used" are idle for longer than server_check_delay; "tested" ones are being checked. No client
    // holds either.
    sessionsIdle: count('sv_idle') + count('sv_used') + count('sv_tested'),
    longestWaitMs: waitS === null ? null : waitS * 1_000 + Math.floor(count('maxwait_us') / 1_000),
  };
}

function toClients(
  clients: readonly Row[],
  servers: readonly Row[],
): Pick<ConsoleState, 'clients' | 'sessions'> {
  const shown = clients.map(toShown);
  const { groups, placeOf } = groupClients(shown);
  const byPointer = new Map(clients.map((row, at) => [textColumn(row, 'ptr'), shown[at]]));
  const sessions = servers.flatMap((row): readonly PoolerSession[] => {
    const pid = numberColumn(row, 'remote_pid');
    if (pid === null) return [];
    const client = byPointer.get(textColumn(row, 'link'));
    return [{ pid, user: textColumn(row, 'user'), client: client === undefined ? null : placeOf(client) }];
  });
  return { clients: groups, sessions };
}

function toShown(row: Row): ShownClient {
  const address = textColumn(row, 'addr');
  return {
    application: textColumn(row, 'application_name'),
    user: textColumn(row, 'user'),
    database: textColumn(row, 'database'),
    address: address === 'unix' ? LOCAL_ADDRESS : address,
    since: textColumn(row, 'connect_time') || null,
    isLinked: textColumn(row, 'link') !== '',
    isWaiting: textColumn(row, 'state') === 'waiting',
  };
}

function toSettings(config: ReadonlyMap<string, string>): PoolerSettings {
  const number = (name: string) => {
    const text = config.get(name) ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  // In seconds, with fractions.
  const ms = (name: string) => {
    const text = config.get(name) ?? '';
    return /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * 1_000) : null;
  };
  return {
    mode: config.get('pool_mode') ?? null,
    defaultPoolSize: number('default_pool_size'),
    minPoolSize: number('min_pool_size'),
    reservePoolSize: number('reserve_pool_size'),
    mostClients: number('max_client_conn'),
    serverIdleTimeoutMs: ms('server_idle_timeout'),
    queryWaitTimeoutMs: ms('query_wait_timeout'),
    poolsPerChild: null,
    failsOver: null,
  };
}
