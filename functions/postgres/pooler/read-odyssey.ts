import { LOCAL_ADDRESS } from '../../core/base/address.ts';
import { NO_SETTINGS, type Pool } from '../../core/server/pooler.ts';
import { numberColumn, type Row, type Show, textColumn } from './console.ts';
import { groupClients, type ShownClient } from './group-clients.ts';
import { type ConsoleState, isElsewhere } from './read-pgbouncer.ts';

/** The name that Odyssey's documents give to the database of the console: a rule with local storage. */
export const ODYSSEY_CONSOLE = 'console';

/** The user of a rule that fits every user. */
const ANY_USER = 'default_user';
/** The state of a client that waits for a session. SHOW POOLS counts it in no column, and idle ones as `cl_waiting`. */
const WAITS = 'queue';

/**
 * Reads the console of Odyssey, as a role that its rule gives `role "stat"`. It has PgBouncer's columns, but leaves out the
 * server's process ids, the client of a session, application names and how long clients wait (seen with 1.5.2).
 */
export async function readOdyssey(show: Show): Promise<ConsoleState> {
  const [version = {}] = await show('SHOW VERSION');
  const servers = await show('SHOW SERVERS');
  const clients = await show('SHOW CLIENTS');
  const pools = (await show('SHOW POOLS')).filter(isForClients);
  const databases = await show('SHOW DATABASES');
  const shown = clients.filter(isForClients).map(toShown);
  const hosts = servers.map((row) => textColumn(row, 'local_addr')).filter(isElsewhere);
  const modes = new Set(pools.map((row) => textColumn(row, 'pool_mode')));
  return {
    version: textColumn(version, 'version') || null,
    pools: pools.map((row) => toPool(row, shown, databases)),
    clients: groupClients(shown).groups,
    // Without our own.
    clientCount: Math.max(0, clients.length - 1),
    sessions: [],
    unlisted: { cause: 'no-process-ids', hosts: [...new Set(hosts)] },
    settings: { ...NO_SETTINGS, mode: modes.size === 1 ? ([...modes][0] ?? null) : null },
  };
}

function isForClients(row: Row): boolean {
  return textColumn(row, 'database') !== ODYSSEY_CONSOLE;
}

function toPool(row: Row, clients: readonly ShownClient[], databases: readonly Row[]): Pool {
  const database = textColumn(row, 'database');
  const user = textColumn(row, 'user');
  const count = (name: string) => numberColumn(row, name) ?? 0;
  const theirs = clients.filter((client) => client.database === database && client.user === user);
  return {
    database,
    serverDatabase: database,
    user,
    mode: textColumn(row, 'pool_mode') || null,
    size: sizeOf(database, user, databases),
    clientsActive: count('cl_active'),
    clientsWaiting: theirs.filter(({ isWaiting }) => isWaiting).length,
    sessionsActive: count('sv_active'),
    sessionsIdle: count('sv_idle') + count('sv_used') + count('sv_tested'),
    longestWaitMs: null,
  };
}

/** The size that the rule of this user sets, or else the rule of all users. 0 is without limit, and so null. */
function sizeOf(database: string, user: string, databases: readonly Row[]): number | null {
  const rules = databases.filter((row) => textColumn(row, 'name') === database);
  const ruleOf = (name: string) => rules.find((row) => textColumn(row, 'force_user') === name);
  const size = numberColumn(ruleOf(user) ?? ruleOf(ANY_USER) ?? {}, 'pool_size');
  return size === 0 ? null : size;
}

function toShown(row: Row): ShownClient {
  const address = textColumn(row, 'addr');
  const state = textColumn(row, 'state');
  return {
    application: '',
    user: textColumn(row, 'user'),
    database: textColumn(row, 'database'),
    address: isAddress(address) ? address : LOCAL_ADDRESS,
    since: null,
    isLinked: state === 'active',
    isWaiting: state === WAITS,
  };
}

/** Odyssey shows no address for a Unix socket. */
function isAddress(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text);
}
