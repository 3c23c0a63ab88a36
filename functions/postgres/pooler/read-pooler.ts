import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOCAL_ADDRESS } from '../../core/base/address.ts';
import { fullnessOf, serverAnswer } from '../../core/base/sqlstate.ts';
import {
  NO_SETTINGS,
  type PoolerProblem,
  type PoolerState,
  type Unlisted,
} from '../../core/server/pooler.ts';
import { POOLER_NAMES, type PoolerKind } from '../../core/server/pooler-kind.ts';
import { serverWords } from '../connection/server-words.ts';
import { startupOptions } from '../connection/startup.ts';
import { type Credentials, type Target, targetText } from '../connection/target.ts';
import { type Show, SilentConsole, withConsole } from './console.ts';
import { ODYSSEY_CONSOLE, readOdyssey } from './read-odyssey.ts';
import { type ConsoleState, PGBOUNCER_CONSOLE, readPgBouncer, type UnlistedHosts } from './read-pgbouncer.ts';
import { PGPOOL_CONSOLE, readPgPool } from './read-pgpool.ts';

/** Where a pooler's console is. */
export type PoolerTarget = { readonly kind: PoolerKind; readonly target: Omit<Target, 'database'> };

/**
 * The time for the whole console. It is read while the snapshot is taken, so slots wait for it. On two busy cores it
 * answers in some 20 ms; without an answer in a second the pooler is down or overloaded.
 */
const BOUND_MS = 1_000;

type Console = {
  readonly database: string;
  /** What the startup packet sets. A console of a pooler's own has no settings. */
  readonly options: string | null;
  readonly read: (show: Show) => Promise<ConsoleState>;
};

const CONSOLES: Readonly<Record<PoolerKind, Console>> = {
  pgbouncer: { database: PGBOUNCER_CONSOLE, options: null, read: readPgBouncer },
  odyssey: { database: ODYSSEY_CONSOLE, options: null, read: readOdyssey },
  // pgpool opens a session with the server in our name and runs statements of its own there, which do not name a schema,
  // so that session gets our search_path.
  pgpool: { database: PGPOOL_CONSOLE, options: startupOptions('no-bounds'), read: readPgPool },
};

const NOTHING: ConsoleState = {
  version: null,
  pools: [],
  clients: [],
  clientCount: 0,
  sessions: [],
  unlisted: null,
  settings: NO_SETTINGS,
};

/** What the pooler's console shows, or why it cannot be read. Never rejects: a run goes on without it. */
export async function readPooler(
  { kind, target }: PoolerTarget,
  credentials: Promise<Credentials | null>,
): Promise<PoolerState> {
  const console = { ...target, database: CONSOLES[kind].database };
  const silent = sleep(BOUND_MS, null, { ref: false }).then((): never => {
    throw new SilentConsole();
  });
  silent.catch(() => {});
  const [addresses, read] = await Promise.all([
    Promise.race([addressesOf(target.host), silent]).catch(() => []),
    Promise.race([tellingOf(kind, console, credentials), silent]).catch((thrown) =>
      problemOf(kind, console, thrown),
    ),
  ]);
  const at = targetText(console);
  if ('code' in read) return { kind, at, addresses, problem: read, ...NOTHING, unlisted: null };
  const unlisted = read.unlisted && (await withAddresses(read.unlisted, silent));
  return { kind, at, addresses, problem: null, ...read, unlisted };
}

/**
 * Adds the addresses of the hosts. A host without an address stays a name: we cannot tell that sessions from there are the
 * pooler's.
 */
async function withAddresses({ cause, hosts }: UnlistedHosts, silent: Promise<never>): Promise<Unlisted> {
  const found = await Promise.all(
    hosts.map((host) => Promise.race([addressesOf(host), silent]).catch(() => [])),
  );
  return {
    cause,
    addresses: [...new Set(found.flat())],
    unknownHosts: hosts.filter((_, at) => found[at]?.length === 0),
  };
}

async function tellingOf(
  kind: PoolerKind,
  console: Target,
  credentials: Promise<Credentials | null>,
): Promise<ConsoleState> {
  const known = await credentials;
  if (known === null) throw new Error('there are no credentials for it');
  const { options, read } = CONSOLES[kind];
  return await withConsole(console, known, BOUND_MS, options, read);
}

/** The addresses under which the server sees this host, as far as DNS knows them. */
async function addressesOf(host: string): Promise<readonly string[]> {
  if (host.startsWith('/')) return [LOCAL_ADDRESS];
  const found = await lookup(host, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}

function problemOf(kind: PoolerKind, target: Target, thrown: unknown): PoolerProblem {
  const name = POOLER_NAMES[kind];
  const where = `${name}'s console at ${targetText(target)}`;
  const answer = serverAnswer(thrown);
  if (answer !== null && fullnessOf(answer) === 'pooler') {
    const message = `${name} at ${targetText(target)} accepts no more clients, and refused our connection too (53300).`;
    return { code: 'pooler-full', message };
  }
  const found =
    thrown instanceof SilentConsole
      ? `no answer in ${BOUND_MS / 1_000} s`
      : `${answer === null ? '' : `${answer.sqlstate}: `}${serverWords(thrown)}`;
  const next = kind === 'pgbouncer' && found.includes(NO_AUTH_DATABASE) ? SET_AUTH_DBNAME : NEXT[kind];
  return { code: 'pooler-unreadable', message: `${where} cannot be read (${found}): ${next}.` };
}

/** What PgBouncer answers where auth_query would have to ask in its own database. It tells the reason only to its log. */
const NO_AUTH_DATABASE = 'bouncer config error';
const SET_AUTH_DBNAME =
  "its auth_query looks for our role in PgBouncer's own database. Set auth_dbname to a database of the server, or give our role a line in auth_file";

const NEXT: Readonly<Record<PoolerKind, string>> = {
  pgbouncer: 'check that it runs, its password for our role, and that stats_users names our role',
  pgpool:
    'check that it runs, that pool_hba.conf and pool_passwd let our role in, and that a process of it is free',
  odyssey:
    'check that it runs, and that its database "console" has a user of our role\'s name with storage "local", role "stat" and our password',
};
