import { serverTimeMs } from '../base/server-time.ts';
import { isServerFull } from '../base/sqlstate.ts';
import { serverPressure } from '../plan/pressure.ts';
import type { RunRecord } from '../run/record.ts';
import { type LockGraph, lockGraphOf } from '../server/lock-graph.ts';
import type { Program, Programs } from '../server/programs.ts';
import { programsIn } from '../server/programs-in.ts';
import { type GroupUsage, rankGroups } from '../server/rank-groups.ts';
import { type Group, groupKey, identityOf, isHidden, type Session } from '../server/session.ts';
import { compareText, type Pressure, slotHolders } from '../server/slots.ts';
import type { Snapshot } from '../server/snapshot.ts';
import type { Refused } from '../trigger/log-lines.ts';

/**
 * What the session's client is at.
 * - `starting`: it is still logging in.
 * - `waiting`: for a lock that another session holds.
 * - `stuck`: the server waits for the client to take an answer, and has done so for long.
 * - `owing`: a statement of the client's waits for its input, as COPY … FROM STDIN does, and has done so for long.
 * - `working`: a statement runs. `in transaction`: one was begun, and no statement runs. `resting`: neither.
 * - `unknown`: our role may not see it, or the session does not tell.
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

/** What one session that holds a slot says about why it does. */
export type SessionEvidence = {
  readonly session: Session;
  readonly doing: Doing;
  /** How long ago it was opened, milliseconds; null when unknown. */
  readonly openedMs: number | null;
  /** For how long it has been at what it does, milliseconds; null when unknown. */
  readonly sinceMs: number | null;
};

/** Everything that a cause is judged by. */
export type Evidence = {
  readonly record: RunRecord;
  readonly snapshot: Snapshot;
  readonly server: Pressure;
  /** All who hold a slot, less the hidden ones. */
  readonly holders: readonly SessionEvidence[];
  readonly hidden: number;
  readonly programs: Programs;
  /** By the name of their program. */
  readonly usages: ReadonlyMap<Group, GroupUsage>;
  readonly refused: Refusals;
  readonly locks: LockGraph;
  /** Since when the server runs, by its oldest process, milliseconds; null when none is shown. */
  readonly uptimeMs: number | null;
};

/** Who was turned away before the snapshot, as far as anybody told. */
export type Refusals = {
  readonly lines: readonly Refused[];
  readonly total: number;
  /** A second, while it lasted; 0 where the times are not known. */
  readonly perSecond: number;
  /** From the last of them to the snapshot, milliseconds; null when unknown. */
  readonly lastAgoMs: number | null;
  /** Our own tries that found every slot taken. */
  readonly ours: number;
};

/** An answer that waits for its client longer than this is stuck: a healthy network takes it in less. */
const STUCK_MS = 30_000;
/** A client in the middle of its statement that sends nothing for longer is no slow statement: the server waits for it. */
const OWING_MS = 10_000;

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
    // The order of rows must not decide between equals.
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
  // What starts has no state yet that it could have changed.
  const sinceMs = session.stateAgeMs ?? (session.state === 'starting' ? openedMs : null);
  return { session, doing: doingOf(session, sinceMs, locks), openedMs, sinceMs };
}

function doingOf({ pid, state, waitEvent }: Session, sinceMs: number | null, locks: LockGraph): Doing {
  switch (state) {
    case 'starting':
      return 'starting';
    case 'active':
    case 'fastpath function call':
      if (locks.isWaiting(pid)) return 'waiting';
      if (waitEvent === 'ClientWrite' && (sinceMs ?? 0) >= STUCK_MS) return 'stuck';
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

function refusalsOf({ trigger, connecting }: RunRecord, takenAt: number | null): Refusals {
  const lines = trigger.kind === 'log-lines' ? trigger.refused : [];
  const total = sumOf(lines, ({ count }) => count);
  const first = Math.min(...lines.map(({ first }) => Date.parse(first)));
  const last = Math.max(...lines.map(({ last }) => Date.parse(last)));
  return {
    lines,
    total,
    // Lines without fractions of a second, and few of them, would else make a storm of a moment.
    perSecond: lines.length === 0 ? 0 : (total * 1_000) / Math.max(1_000, last - first),
    lastAgoMs: lines.length === 0 || takenAt === null ? null : Math.max(0, takenAt - last),
    ours: sumOf(connecting.refusals.filter(isServerFull), ({ count }) => count),
  };
}

export function sumOf<Item>(items: readonly Item[], numberOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0);
}

/** How many were refused for one of these reasons. */
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
