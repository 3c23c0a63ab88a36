import { RemediationError } from '../../core/base/errors.ts';
import type { Session } from '../../core/server/session.ts';
import type { Provider, Snapshot } from '../../core/server/snapshot.ts';
import { DEFAULT_STATEMENTS, redactStatements } from '../../core/server/statement-choice.ts';
import { type Decoding, decoded, encodingsIn, type LimitRow, limitsIn } from '../connection/decode-rows.ts';
import { nullIfForbidden } from '../connection/null-if-forbidden.ts';
import type { Query } from '../connection/query.ts';
import { readContestedLocks, readWaits, type Waiter, type Waits } from './read-waits.ts';
import { READ_ADVISORY_LOCKS } from './sql/read-advisory-locks.ts';
import { READ_ENCODINGS } from './sql/read-encodings.ts';
import { READ_LIMITS } from './sql/read-limits.ts';
import { READ_PROVIDER_RESERVE } from './sql/read-provider-reserve.ts';
import { READ_SESSIONS } from './sql/read-sessions.ts';
import { READ_SETTINGS } from './sql/read-settings.ts';
import { READ_TEMPORARY_TABLES } from './sql/read-temporary-tables.ts';

type SettingsRow = Omit<Snapshot['slots'], 'providerReserved' | 'roles' | 'databases'> & {
  readonly takenAt: string;
  readonly ownPid: number;
  readonly version: string;
  readonly provider: Provider | null;
  readonly hasLimitless: boolean;
  readonly readsAllStats: boolean;
  readonly isReplica: boolean;
};
type SessionRow = Omit<
  Session,
  'sessionId' | 'blockedBy' | 'advisoryLock' | 'temporaryTables' | 'horizonAge'
> &
  Waiter & { readonly horizonAge: number | null };
type Facts = Pick<Waits, 'blockedBy'> & {
  /** Null where it could not be read. A protection that needs it then spares every session. */
  readonly advisoryLocks: ReadonlySet<number> | null;
  readonly temporaryTables: ReadonlySet<number> | null;
};

const FIRST_VERSION_WITH_BACKEND_IDS = 160_000;
/** From this version on, bytes in application names are escaped. */
const FIRST_VERSION_WITH_ESCAPES = 160_000;

/**
 * Reads the server's connection state: one statement per concern, sent together. Later readings are given the same `tell`,
 * because shaping each statement once is most of the work.
 */
export async function readSnapshot(
  query: Query,
  versionNumber: number,
  tell = redactStatements(DEFAULT_STATEMENTS),
): Promise<Snapshot> {
  const [settingsRows, sessionRows, lockRows, limitRows, encodingRows, facts, providerReserved] =
    await Promise.all([
      query(READ_SETTINGS),
      query(READ_SESSIONS),
      readContestedLocks(query),
      query(READ_LIMITS),
      query(READ_ENCODINGS),
      readFacts(query, versionNumber),
      reserveIn(query(READ_PROVIDER_RESERVE)),
    ]);
  const { takenAt, ownPid, version, provider, hasLimitless, readsAllStats, isReplica, ...slots } =
    settingsRows[0] as SettingsRow;
  if (provider === 'aurora' && hasLimitless) throw limitless();
  const rows = sessionRows as readonly SessionRow[];
  const { locks, blockedBy } = await readWaits(query, rows, lockRows);
  const ownDatabase = rows.find(({ pid }) => pid === ownPid)?.database ?? null;
  const escapesApplications = versionNumber >= FIRST_VERSION_WITH_ESCAPES;
  const decoding = { encodings: encodingsIn(encodingRows), escapesApplications, tell };
  const sessions = rows.map((row) =>
    toSession(row, { ...facts, blockedBy }, row.database === ownDatabase, decoding),
  );
  return {
    takenAt,
    server: { flavor: 'postgresql', version, provider, ownPid, readsAllStats, isReplica },
    slots: {
      ...slots,
      providerReserved,
      ...limitsIn(limitRows as readonly LimitRow[], rows, sessions, decoding.encodings, ownDatabase),
    },
    sessions,
    locks,
    refusals: [],
    pooler: null,
  };
}

async function readFacts(query: Query, versionNumber: number): Promise<Omit<Facts, 'blockedBy'>> {
  const [advisoryLocks, temporaryTables] = await Promise.all([
    pidsOf(query(READ_ADVISORY_LOCKS)),
    versionNumber < FIRST_VERSION_WITH_BACKEND_IDS ? null : pidsOf(query(READ_TEMPORARY_TABLES)),
  ]);
  return { advisoryLocks, temporaryTables };
}

async function pidsOf(rows: Promise<readonly unknown[]>): Promise<ReadonlySet<number> | null> {
  const found = await nullIfForbidden(rows);
  return found && new Set(found.map((row) => (row as { pid: number }).pid));
}

/**
 * A reserve that a provider does not show counts as 0. A run then acts a few slots later, and no slot is counted twice.
 */
async function reserveIn(rows: Promise<readonly unknown[]>): Promise<number> {
  const [row] = (await nullIfForbidden(rows)) ?? [];
  return (row as { providerReserved: number } | undefined)?.providerReserved ?? 0;
}

/** Temporary tables can be seen in the connected database only, so no other database is checked for them. */
function toSession(
  { waitsForLock, leaderPid, horizonAge, ...row }: SessionRow,
  { blockedBy, advisoryLocks, temporaryTables }: Facts,
  connected: boolean,
  decoding: Decoding,
): Session {
  const pid = row.pid ?? -1;
  return {
    ...row,
    ...decoded(row, decoding),
    ...(horizonAge !== null && { horizonAge: Math.max(0, horizonAge) }),
    sessionId: null,
    blockedBy: blockedBy.get(pid) ?? [],
    advisoryLock: advisoryLocks?.has(pid) ?? null,
    temporaryTables: connected ? (temporaryTables?.has(pid) ?? null) : false,
  };
}

/** A router shows its own sessions only, and ending one there is documented by another function for the shard group. */
function limitless(): RemediationError {
  return new RemediationError(
    'server-unsupported',
    'The server is a router of Aurora PostgreSQL Limitless Database, which is not supported: its sessions are spread over routers and shards, and rds_aurora.limitless_terminate_session ends them. No session was ended.',
  );
}
