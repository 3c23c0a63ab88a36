import { CLIENT_BACKEND, HIDDEN_STATEMENT, type Session } from '../../core/server/session.ts';
import type { Coordinator, Snapshot } from '../../core/server/snapshot.ts';
import { DEFAULT_STATEMENTS, redactStatements } from '../../core/server/statement-choice.ts';
import { type Decoding, decoded, encodingsIn, type LimitRow, limitsIn } from '../connection/decode-rows.ts';
import type { Dialect } from '../connection/dialect.ts';
import { nullIfForbidden } from '../connection/null-if-forbidden.ts';
import type { Query } from '../connection/query.ts';
import { READ_ENCODINGS } from '../postgresql/sql/read-encodings.ts';
import { readAdvisoryLocks } from './sql/read-advisory-locks.ts';
import { BOUND_STATEMENTS, READ_COORDINATORS } from './sql/read-coordinators.ts';
import { READ_LIMITS } from './sql/read-limits.ts';
import { READ_NODES } from './sql/read-nodes.ts';
import { readSessions } from './sql/read-sessions.ts';
import { READ_SETTINGS } from './sql/read-settings.ts';
import type { Traits } from './traits.ts';

/** The counts of other coordinators are worth no wait: one that hangs must not delay a run. */
const COORDINATORS_MS = 500;

type SettingsRow = {
  readonly takenAt: string;
  readonly product: string;
  readonly connections: number;
  readonly reserved: number;
  readonly walSenders: number;
  readonly coordinator: string | null;
  readonly backends: number;
};
/** The numbers that identify a session, as text. */
type Ids = { readonly pid: string; readonly sessionId: string | null };
/** An empty text is null in a database that is compatible with Oracle. */
type SessionRow = Ids &
  Omit<
    Session,
    keyof Ids | 'encodedNames' | 'application' | 'address' | 'blockedBy' | 'advisoryLock' | 'temporaryTables'
  > & {
    readonly application: string | null;
    readonly address: string | null;
    readonly isOwn: boolean | null;
  };

/**
 * Reads a GaussDB's connection state: one statement per concern, sent together. The coordinators are read only with the
 * first snapshot of a session.
 */
export function readGaussdbSnapshot(
  { hasSessionIds, hasCoordinators }: Traits,
  statementTimeoutMs: number,
): Dialect['readSnapshot'] {
  const coordinatorsOnce = once((query) =>
    hasCoordinators ? readCoordinators(query, statementTimeoutMs) : Promise.resolve(null),
  );
  return async (query, tell = redactStatements(DEFAULT_STATEMENTS)) => {
    const [[settings], sessionRows, limitRows, encodingRows, holders, nodes, found] = await Promise.all([
      query(READ_SETTINGS),
      query(readSessions(hasSessionIds)),
      query(READ_LIMITS),
      query(READ_ENCODINGS),
      lockHolders(query(readAdvisoryLocks(hasSessionIds))),
      nullIfForbidden(query(READ_NODES)),
      coordinatorsOnce(query),
    ]);
    const { takenAt, coordinator, ...facts } = settings as SettingsRow;
    const rows = (sessionRows as readonly SessionRow[]).map(knowingNodes(nodes ?? []));
    const own = rows.find(({ isOwn }) => isOwn === true);
    const ownDatabase = own?.database ?? null;
    // GaussDB has lost all but ASCII in application names, as PostgreSQL before 16.
    const decoding = { encodings: encodingsIn(encodingRows), escapesApplications: false, tell };
    const sessions = rows.map((row) => toSession(row, holders, row.database === ownDatabase, decoding));
    return {
      takenAt,
      server: {
        ...serverOf(facts, rows, own),
        ...(found && { coordinators: found.map((each) => ({ ...each, isOurs: each.name === coordinator })) }),
      },
      slots: {
        ...slotsOf(facts),
        ...limitsIn(limitRows as readonly LimitRow[], rows, sessions, decoding.encodings, ownDatabase),
      },
      sessions,
      refusals: [],
      pooler: null,
    };
  };
}

function serverOf(
  { product, backends }: Pick<SettingsRow, 'product' | 'backends'>,
  rows: readonly SessionRow[],
  own: SessionRow | undefined,
): Snapshot['server'] {
  return {
    flavor: 'gaussdb',
    version: versionIn(product),
    provider: null,
    ownPid: own === undefined ? null : numberOf(own),
    readsAllStats: seesOthers(rows, own, backends),
  };
}

/** Such as `openGauss 5.0.0`, `GaussDB Kernel 505.2.0` or `GaussDB 8.1.3`. */
function versionIn(product: string): string {
  return /(?:gaussdb|opengauss)[^()]*?(?= build|\)|$)/i.exec(product)?.[0] ?? product;
}

/** Ordinary roles may have all of max_connections. The reserve comes on top. */
function slotsOf(
  facts: Omit<SettingsRow, 'takenAt' | 'coordinator'>,
): Omit<Snapshot['slots'], 'roles' | 'databases'> {
  return {
    max: facts.connections + facts.reserved,
    superuserReserved: facts.reserved,
    reserved: 0,
    providerReserved: 0,
    walSenders: facts.walSenders,
  };
}

/**
 * The rows of other roles are all visible or all missing. If none is visible, the count of backends tells whether there are
 * any.
 */
function seesOthers(rows: readonly SessionRow[], own: SessionRow | undefined, backends: number): boolean {
  const seen = rows.filter(({ lastStatement }) => lastStatement !== HIDDEN_STATEMENT);
  return seen.some(({ user }) => user !== own?.user) || backends <= seen.length;
}

/** The default names of nodes, for servers where their names cannot be read. */
const NODE_NAME = /^(cn|dn)_\d+/;

/**
 * Connections that other nodes open for the cluster belong to no client. Their application name is the name of a node.
 */
function knowingNodes(nodes: readonly unknown[]): (row: SessionRow) => SessionRow {
  const names = new Set(nodes.map((node) => (node as { name: string }).name));
  return (row) => {
    const name = row.application ?? '';
    const isNode = row.backendType === CLIENT_BACKEND && (names.has(name) || NODE_NAME.test(name));
    return isNode ? { ...row, backendType: 'node connection' } : row;
  };
}

/**
 * In a thread pool a session has an id of its own. Its pid is that of the thread that serves it now, and 0 while it is
 * idle.
 */
function isPooled({ pid, sessionId }: Ids): boolean {
  return sessionId !== null && sessionId !== pid;
}

/** Null without a number, or if it is too large to be exact: a session that we cannot name exactly is never ended. */
function numberOf(ids: Ids): number | null {
  const number = Number(isPooled(ids) ? ids.sessionId : ids.pid);
  return Number.isSafeInteger(number) && number > 0 ? number : null;
}

function toSession(
  { isOwn, ...row }: SessionRow,
  holders: ReadonlySet<string> | null,
  connected: boolean,
  decoding: Decoding,
): Session {
  const pooled = isPooled(row);
  return {
    ...row,
    ...decoded({ ...row, application: row.application ?? '' }, decoding),
    pid: numberOf(row),
    sessionId: pooled ? row.sessionId : null,
    address: row.address ?? '',
    blockedBy: [],
    advisoryLock: holders?.has(keyOf(row)) ?? null,
    temporaryTables: connected ? null : false,
  };
}

/** The number that identifies a session in both views. */
function keyOf({ pid, sessionId }: Ids): string {
  return sessionId ?? pid;
}

async function lockHolders(rows: Promise<readonly unknown[]>): Promise<ReadonlySet<string> | null> {
  const found = await nullIfForbidden(rows);
  return found === null ? null : new Set(found.map((row) => keyOf(row as Ids)));
}

/** Reads once, and returns the same answer each time. */
function once<Answer>(read: (query: Query) => Promise<Answer>): (query: Query) => Promise<Answer> {
  let first: Promise<Answer> | null = null;
  return (query) => {
    first ??= read(query);
    return first;
  };
}

async function readCoordinators(
  query: Query,
  statementTimeoutMs: number,
): Promise<readonly Omit<Coordinator, 'isOurs'>[] | null> {
  const [, rows] = await Promise.all([
    query(BOUND_STATEMENTS, [`${COORDINATORS_MS}ms`]),
    nullIfForbidden(query(READ_COORDINATORS)),
    query(BOUND_STATEMENTS, [`${statementTimeoutMs}ms`]),
  ]);
  return rows as readonly Omit<Coordinator, 'isOurs'>[] | null;
}
