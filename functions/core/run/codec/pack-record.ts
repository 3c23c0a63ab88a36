import type * as z from 'zod/mini';
import type { ReadOnly } from '../../base/read-only.ts';
import type { ContestedLock } from '../../server/contested-lock.ts';
import { identityOf, type Session } from '../../server/session.ts';
import type { Snapshot } from '../../server/snapshot.ts';
import type { Attempt, Reading, RunRecord } from '../record.ts';
import { type Columned, fromColumns, toColumns } from './columns.ts';
import { type PackedPlan, type PlaceOf, packPlan, unpackPlan } from './pack-plan.ts';
import { type PackedPooler, packPooler, unpackPooler } from './pack-pooler.ts';
import { type PackedSessions, packSessions, unpackSessions } from './pack-sessions.ts';
import { Dictionary, fromSteps, type Steps, toSteps } from './packed-columns.ts';
import type { runRecordSchema } from './record-schema.ts';

/**
 * A run record in its packed form. Sessions are stored as columns, because equal values next to each other
 * compress to almost nothing. Each text is stored once. Plans and attempts name sessions by their place in
 * the snapshot instead of repeating them. All other fields are as the record has them.
 */

type PackedSnapshot = Omit<Snapshot, 'sessions' | 'locks' | 'pooler'> & {
  readonly sessions: PackedSessions;
  readonly locks?: Columned<PackedShare> | undefined;
  readonly pooler?: PackedPooler | null;
};
/** One holder or waiter of the lock with this number. */
type PackedShare = {
  readonly lock: number;
  readonly kind: string;
  readonly waits: boolean;
  readonly waitedMs: number | null;
} & ContestedLock['holders'][number];

/**
 * Attempts name their session by its place. A session that the snapshot lacks has the place -1, and its
 * identity is stored.
 */
type PackedAttempts = Columned<Pick<Attempt, 'round' | 'guard' | 'result'>> & {
  readonly at?: Steps;
  readonly pid: readonly (number | null)[];
  readonly backendStart: readonly (string | null)[];
};

type PackedReading = Omit<Reading, 'came'> & { readonly came: PackedSessions };

/** The columns of a packed record. */
type Packed = {
  /** Each text of the sessions, once. Absent when the columns hold their texts themselves. */
  readonly texts?: readonly string[];
  readonly attempts: PackedAttempts;
  readonly snapshot: PackedSnapshot | null;
  readonly plan: PackedPlan | null;
  readonly readings: readonly PackedReading[];
};

/** What older records may lack is optional, as on reading a kept record. */
export type PackedRecord = Omit<ReadOnly<z.input<typeof runRecordSchema>>, keyof Packed> & Packed;

const ATTEMPT_KEYS = ['round', 'guard', 'result'] as const satisfies readonly (keyof Attempt)[];
const SHARE_KEYS = [
  'lock',
  'kind',
  'waits',
  'pid',
  'mode',
  'waitedMs',
] as const satisfies readonly (keyof PackedShare)[];

export function toPackedRecord(record: RunRecord): PackedRecord {
  const { snapshot, plan, readings } = record;
  const dictionary = new Dictionary();
  // Sessions without a pid are identified by the object. Attempts have only their identity.
  const places = new Map<unknown, number>();
  for (const [at, session] of (snapshot?.sessions ?? []).entries())
    places.set(session, at).set(identityOf(session), at);
  const placeOf: PlaceOf = (session) => places.get(session) ?? places.get(identityOf(session)) ?? -1;
  return {
    ...record,
    snapshot: snapshot === null ? null : packSnapshot(snapshot, dictionary),
    plan: plan === null ? null : packPlan(plan, placeOf),
    attempts: packAttempts(record.attempts, placeOf),
    readings: readings.map((reading) => ({ ...reading, came: packSessions(reading.came, dictionary) })),
    texts: dictionary.texts,
  };
}

function packSnapshot(snapshot: Snapshot, dictionary: Dictionary): PackedSnapshot {
  const { sessions, locks, pooler } = snapshot;
  return {
    ...snapshot,
    sessions: packSessions(sessions, dictionary),
    locks: locks && toColumns(shareKeysOf(locks), locks.flatMap(sharesOf)),
    pooler: pooler === null ? null : packPooler(pooler),
  };
}

/** Earlier servers and records do not tell for how long a lock has been waited for. */
function shareKeysOf(locks: readonly ContestedLock[]): readonly (keyof PackedShare)[] {
  const isTold = locks.some(({ waitedMs }) => waitedMs !== undefined);
  return SHARE_KEYS.filter((key) => isTold || key !== 'waitedMs');
}

function sharesOf({ kind, holders, waiters, waitedMs }: ContestedLock, lock: number): readonly PackedShare[] {
  const ofLock = { lock, kind, waitedMs: waitedMs ?? null };
  return [
    ...holders.map((share) => ({ ...share, ...ofLock, waits: false })),
    ...waiters.map((share) => ({ ...share, ...ofLock, waits: true })),
  ];
}

function packAttempts(attempts: readonly Attempt[], placeOf: PlaceOf): PackedAttempts {
  const at = attempts.map(placeOf);
  return {
    ...toColumns(ATTEMPT_KEYS, attempts),
    at: toSteps(at),
    pid: attempts.map(({ pid }, index) => (at[index] === -1 ? pid : null)),
    backendStart: attempts.map(({ backendStart }, index) => (at[index] === -1 ? backendStart : null)),
  };
}

/** The record as it was packed. An older one lacks what came later: see `unpack-record.ts`. */
export function fromPackedRecord({ texts = [], ...packed }: PackedRecord) {
  const { snapshot, plan, readings } = packed;
  const sessions = snapshot === null ? [] : unpackSessions(snapshot.sessions, texts);
  return {
    ...packed,
    snapshot: snapshot === null ? null : unpackSnapshot(snapshot, sessions),
    plan: plan === null ? null : unpackPlan(plan, sessions),
    attempts: unpackAttempts(packed.attempts, sessions),
    readings: readings.map((reading) => ({ ...reading, came: unpackSessions(reading.came, texts) })),
  };
}

function unpackSnapshot({ locks, ...packed }: PackedSnapshot, sessions: readonly Session[]) {
  return {
    ...packed,
    sessions,
    ...(locks === undefined ? {} : { locks: unpackLocks(locks) }),
    pooler: packed.pooler && unpackPooler(packed.pooler),
  };
}

function unpackLocks(packed: Columned<PackedShare>): readonly ContestedLock[] {
  const ofLock = Map.groupBy(fromColumns<PackedShare>(SHARE_KEYS, packed), ({ lock }) => lock);
  return [...ofLock.values()].map((shares) => ({
    kind: shares[0]?.kind ?? '',
    holders: shares.filter(({ waits }) => !waits).map(({ pid, mode }) => ({ pid, mode })),
    waiters: shares.filter(({ waits }) => waits).map(({ pid, mode }) => ({ pid, mode })),
    ...(typeof shares[0]?.waitedMs === 'number' && { waitedMs: shares[0].waitedMs }),
  }));
}

function unpackAttempts(packed: PackedAttempts, sessions: readonly Session[]): readonly Attempt[] {
  const places = packed.at === undefined ? [] : fromSteps(packed.at);
  return fromColumns<Attempt>(['pid', 'backendStart', ...ATTEMPT_KEYS], packed as Columned<Attempt>).map(
    (attempt, index) => {
      const session = sessions[places[index] ?? -1];
      if (session === undefined) return attempt;
      const { pid, backendStart } = session;
      return { ...attempt, pid: pid ?? attempt.pid, backendStart };
    },
  );
}
