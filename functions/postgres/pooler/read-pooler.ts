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
import { SilentConsole, withConsole } from './console.ts';
import {
  PGBOUNCER_CONSOLE,
  type PgBouncerState,
  readPgBouncer,
  type UnlistedHosts,
} from './read-pgbouncer.ts';
import { PGPOOL_CONSOLE, readPgPool } from './read-pgpool.ts';

/** Where a pooler's console is. */
export type PoolerTarget = { readonly kind: PoolerKind; readonly target: Omit<Target, 'database'> };

/**
 * The time for the whole console. It is read while the snapshot is taken, so slots wait for it. On two busy cores it
 * answers in some 20 ms; without an answer in a second the pooler is down or overloaded.
 */
const BOUND_MS = 1_000;

const NOTHING: PgBouncerState = {
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
  const console = { ...target, database: kind === 'pgbouncer' ? PGBOUNCER_CONSOLE : PGPOOL_CONSOLE };
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
): Promise<PgBouncerState> {
  const known = await credentials;
  if (known === null) throw new Error('there are no credentials for it');
  // PgBouncer's console has no settings. pgpool opens a session with the server in our name and runs statements of its
  // own there, which do not name a schema, so that session gets our search_path.
  return kind === 'pgbouncer'
    ? await withConsole(console, known, BOUND_MS, null, readPgBouncer)
    : await withConsole(console, known, BOUND_MS, startupOptions('no-bounds'), readPgPool);
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
  return { code: 'pooler-unreadable', message: `${where} cannot be read (${found}): ${NEXT[kind]}.` };
}

const NEXT: Readonly<Record<PoolerKind, string>> = {
  pgbouncer:
    'check that it runs, its password for our role, that stats_users names our role, and, if auth_query finds our role, that auth_dbname names a database of the server',
  pgpool:
    'check that it runs, that pool_hba.conf and pool_passwd let our role in, and that a process of it is free',
};
