import { serverTimeMs } from '../base/server-time.ts';
import { isServerFull } from '../base/sqlstate.ts';
import { serverPressure } from '../plan/pressure.ts';
import type { RunRecord } from '../run/record.ts';
import { isServerProgram } from '../server/client-technology.ts';
import { type LockGraph, lockGraphOf } from '../server/lock-graph.ts';
import type { Program, Programs } from '../server/programs.ts';
import { programsIn } from '../server/programs-in.ts';
import { type GroupUsage, rankGroups } from '../server/rank-groups.ts';
import { type Group, groupKey, identityOf, isHidden, type Session } from '../server/session.ts';
import { compareText, type Pressure, slotHolders } from '../server/slots.ts';
import type { Snapshot } from '../server/snapshot.ts';
import type { Refused } from '../trigger/log-lines.ts';

/**
 * What the client of a session is doing.
 * - `starting`: it has not finished its login.
 * - `waiting`: it waits for a lock that another session holds.
 * - `stuck`: for a long time the server has waited for the client to read an answer.
 * - `owing`: for a long time a statement has waited for input of the client, as COPY … FROM STDIN does.
 * - `working`: a statement runs.
 * - `in transaction`: a transaction is open, and no statement runs.
 * - `resting`: neither.
 * - `unknown`: our role may not see it, the session does not tell, or its statement would tell and is not known.
 */
export type Doing =
  | 'starting'
  | 'waiting'
  | 'stuck'
  | 'owing'
  | 'working'
  | 'in transaction'
  | 'resting'
  | 'unknown';

/** What a session that holds a slot tells about its reason. */
export type SessionEvidence = {
  readonly session: Session;
  readonly doing: Doing;
  /** How many milliseconds ago it was opened. Null when unknown. */
  readonly openedMs: number | null;
  /** For how many milliseconds it has been doing this. Null when unknown. */
  readonly sinceMs: number | null;
};

/** All facts by which causes are judged. */
export type Evidence = {
  readonly record: RunRecord;
  readonly snapshot: Snapshot;
  readonly server: Pressure;
  /** All sessions that hold a slot, without hidden ones. */
  readonly holders: readonly SessionEvidence[];
  readonly hidden: number;
  readonly programs: Programs;
  /** By the name of the program. */
  readonly usages: ReadonlyMap<Group, GroupUsage>;
  readonly refused: Refusals;
  readonly locks: LockGraph;
  /**
   * How long the server has been running, by its oldest process, in milliseconds. Null when no process is
   * visible.
   */
  readonly uptimeMs: number | null;
};

/** The clients that were refused before the snapshot, as far as the log or a pooler told. */
export type Refusals = {
  readonly lines: readonly Refused[];
  readonly total: number;
  /** Refusals a second while they lasted. 0 when the times are not known. */
  readonly perSecond: number;
  /** From the first to the last refusal, in milliseconds. */
  readonly spanMs: number;
  /** From the last refusal to the snapshot, in milliseconds. Null when unknown. */
  readonly lastAgoMs: number | null;
  /** Our own tries that were refused because no slot was free. */
  readonly ours: number;
};

/** A healthy network takes an answer in less time. After it the session counts as stuck. */
const STUCK_MS = 30_000;
/** After this time without input a statement does not count as slow, because it waits for its client. */
export const OWING_MS = 10_000;

export function evidenceOf(record: RunRecord, snapshot: Snapshot): Evidence {
  const takenAt = serverTimeMs(snapshot.takenAt);
  const ageOf = (text: string | null) => {
    const at = serverTimeMs(text);
    return at === null || takenAt === null ? null : Math.max(0, takenAt - at);
  };
  const counted = slotHolders(snapshot);
  const seen = counted.filter((session) => !isHidden(session));
  const locks = lockGraphOf(snapshot);
  const ages = snapshot.sessions.map(({ backendStart }) => ageOf(backendStart)).filter((age) => age !== null);
  return {
    record,
    snapshot,
    server: serverPressure(snapshot, record.policy),
    // Sorted, so that the order of rows does not decide between equal sessions.
    holders: seen
      .toSorted(byIdentity)
      .map((session) => sessionEvidenceOf(session, ageOf(session.backendStart), locks)),
    hidden: counted.length - seen.length,
    programs: programsIn(snapshot),
    usages: new Map(rankGroups(snapshot).groups.map((usage) => [usage.group, usage])),
    refused: refusalsOf(record, takenAt),
    locks,
    uptimeMs: ages.length > 0 ? Math.max(...ages) : null,
  };
}

function byIdentity(one: Session, other: Session): number {
  const textOf = (session: Session) => `${identityOf(session)} ${JSON.stringify(session)}`;
  return (one.pid ?? 0) - (other.pid ?? 0) || compareText(textOf(one), textOf(other));
}

function sessionEvidenceOf(session: Session, openedMs: number | null, locks: LockGraph): SessionEvidence {
  // A session that is starting has not changed its state yet, so its age counts.
  const sinceMs = session.stateAgeMs ?? (session.state === 'starting' ? openedMs : null);
  return { session, doing: doingOf(session, sinceMs, locks), openedMs, sinceMs };
}

function doingOf(session: Session, sinceMs: number | null, locks: LockGraph): Doing {
  const { pid, state, waitEvent } = session;
  switch (state) {
    case 'starting':
      return 'starting';
    case 'active':
    case 'fastpath function call':
      if (locks.isWaiting(pid)) return 'waiting';
      if (waitEvent === 'ClientWrite' && (sinceMs ?? 0) >= STUCK_MS) return writing(session);
      return waitEvent === 'ClientRead' && (sinceMs ?? 0) >= OWING_MS ? 'owing' : 'working';
    case 'idle in transaction':
    case 'idle in transaction (aborted)':
      return 'in transaction';
    case 'idle':
      return 'resting';
    default:
      return 'unknown';
  }
}

/**
 * A copy or a dump waits for its client again and again while it goes on: the age is that of the whole. A statement that is
 * not told may be a copy.
 */
function writing(session: Session): Doing {
  const { lastStatement } = session;
  if (isServerProgram(session)) return 'working';
  if (lastStatement === null) return 'unknown';
  return /^COPY\b.*\bTO STDOUT\b/is.test(lastStatement) ? 'working' : 'stuck';
}

function refusalsOf({ trigger, connecting }: RunRecord, takenAt: number | null): Refusals {
  const lines = trigger.kind === 'log-lines' ? trigger.refused : [];
  const total = sumOf(lines, ({ count }) => count);
  const first = Math.min(...lines.map(({ first }) => Date.parse(first)));
  const last = Math.max(...lines.map(({ last }) => Date.parse(last)));
  return {
    lines,
    total,
    // At least one second. Otherwise a few log lines without fractions of a second would look like a storm.
    perSecond: lines.length === 0 ? 0 : (total * 1_000) / Math.max(1_000, last - first),
    spanMs: lines.length === 0 ? 0 : last - first,
    lastAgoMs: lines.length === 0 || takenAt === null ? null : Math.max(0, takenAt - last),
    ours: sumOf(connecting.refusals.filter(isServerFull), ({ count }) => count),
  };
}

export function sumOf<Item>(items: readonly Item[], numberOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0);
}

/** How many clients were refused for one of these reasons. */
export function refusedFor({ lines }: Refusals, ...kinds: readonly Refused['kind'][]): number {
  return sumOf(
    lines.filter(({ kind }) => kinds.includes(kind)),
    ({ count }) => count,
  );
}

export function usageOf({ programs, usages }: Evidence, session: Session): GroupUsage | null {
  const program = programs.of(session);
  return program === null ? null : (usages.get(program.name) ?? null);
}

/** By program, the one with most sessions first. */
export function byProgramIn(
  { programs }: Evidence,
  members: readonly SessionEvidence[],
): readonly (readonly SessionEvidence[])[] {
  return [...Map.groupBy(members, ({ session }) => programs.of(session))]
    .toSorted(([a, ofA], [b, ofB]) => ofB.length - ofA.length || comparePrograms(a, b))
    .map(([, those]) => those);
}

function comparePrograms(a: Program | null, b: Program | null): number {
  return compareText(a === null ? '' : groupKey(a.name), b === null ? '' : groupKey(b.name));
}
