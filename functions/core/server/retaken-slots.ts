import { programsOf } from './programs.ts';
import { byProgram } from './programs-in.ts';
import { type Group, identityOf, isHidden, type Session, takesSlot } from './session.ts';

/** A program that opened sessions since the first snapshot; `lost` is how many of its own we had ended. */
export type Newcomers = { readonly group: Group; readonly lost: number; readonly came: number };

/**
 * Sessions that came since, by program, with what each had lost. A session that we may not see is of no program: it has taken a slot,
 * and re-taken none.
 */
export function newcomersAmong(
  known: readonly Session[],
  freed: ReadonlySet<string>,
  came: readonly Session[],
): readonly Newcomers[] {
  const programs = programsOf(known.filter((session) => takesSlot(session) && !isHidden(session)));
  const lost = byProgram(
    programs,
    known.filter((session) => freed.has(identityOf(session))),
  );
  const seen = came.filter((session) => takesSlot(session) && !isHidden(session));
  return [...byProgram(programs, seen)].map(([program, those]) => ({
    group: program.name,
    lost: lost.get(program)?.length ?? 0,
    came: those.length,
  }));
}

/** How many of the freed slots went back to the programs that had lost them. */
export function retakenIn(newcomers: readonly Newcomers[]): number {
  return newcomers.reduce((sum, { lost, came }) => sum + Math.min(lost, came), 0);
}
