import { programsOf } from '../server/programs.ts';
import { byProgram } from '../server/programs-in.ts';
import { groupText } from '../server/rank-groups.ts';
import { type Group, identityOf, isHidden, takesSlot } from '../server/session.ts';
import { compareText } from '../server/slots.ts';
import { ownSessions, type Snapshot } from '../server/snapshot.ts';
import type { Attempt, Reading, RunRecord } from './record.ts';
import { isFreed } from './verification.ts';

/** A program that opened sessions after the first snapshot. */
export type Newcomers = {
  readonly group: Group;
  /** How many of its sessions the run ended. */
  readonly lost: number;
  /** How many sessions it has opened since the first snapshot. */
  readonly came: number;
  /** How many of its lost slots it has re-taken. */
  readonly retaken: number;
};

/**
 * The programs that took slots after the first snapshot. Those that lost sessions come first. A session that
 * our role may not see belongs to no program: it took a slot but re-took none.
 */
export function newcomersOf(
  first: Snapshot,
  attempts: readonly Attempt[],
  { came }: Pick<Reading, 'came'>,
): readonly Newcomers[] {
  const isOwn = ownSessions(first);
  const clients = first.sessions.filter((session) => !isOwn(session));
  const freed = new Set(attempts.filter(isFreed).map(identityOf));
  const programs = programsOf(clients.filter((session) => takesSlot(session) && !isHidden(session)));
  const lostOf = byProgram(
    programs,
    clients.filter((session) => freed.has(identityOf(session))),
  );
  const seen = came.filter((session) => takesSlot(session) && !isHidden(session) && !isOwn(session));
  return [...byProgram(programs, seen)]
    .map(([program, those]) => {
      const lost = lostOf.get(program)?.length ?? 0;
      return { group: program.name, lost, came: those.length, retaken: Math.min(lost, those.length) };
    })
    .toSorted(
      (a, b) => b.lost - a.lost || b.came - a.came || compareText(groupText(a.group), groupText(b.group)),
    );
}

/** The reading that shows which programs took the freed slots. Null when the run broke off before it. */
export function settledReading({ readings }: Pick<RunRecord, 'readings'>): Reading | null {
  return readings.findLast(({ phase }) => phase === 'settled') ?? null;
}

/** How many of the freed slots the programs that had lost them took again. */
export function retakenSlots(first: Snapshot, attempts: readonly Attempt[], settled: Reading): number {
  if (settled.retaken !== undefined) return settled.retaken;
  return newcomersOf(first, attempts, settled).reduce((sum, { retaken }) => sum + retaken, 0);
}

/** The re-taken slots of a run. Null when no read followed the settling. */
export function retakenIn(record: Pick<RunRecord, 'snapshot' | 'attempts' | 'readings'>): number | null {
  const { snapshot, attempts } = record;
  const settled = settledReading(record);
  return snapshot === null || settled === null ? null : retakenSlots(snapshot, attempts, settled);
}
