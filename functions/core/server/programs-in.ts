import { memoizeByObject } from '../base/memoize.ts';
import { type CountedPrograms, type Program, type Programs, programsOf } from './programs.ts';
import { type Group, groupOf, type Session } from './session.ts';
import { clientSessions } from './slots.ts';
import type { Snapshot } from './snapshot.ts';

/** The programs of a snapshot's clients: planner, diagnosis and messages count by these. */
export const programsIn: (snapshot: Snapshot) => Programs = memoizeByObject((snapshot) =>
  programsOf(clientSessions(snapshot)),
);

/** What people read for a session's program; for one that is of none, its own names. */
export function programNames(snapshot: Snapshot | null): (session: Session) => Group {
  const programs = snapshot === null ? null : programsIn(snapshot);
  return (session) => programs?.of(session)?.name ?? groupOf(session);
}

/** Sessions by program, the largest first; those that came later are of the program that they would have been of. */
export function byProgram(
  programs: Programs,
  sessions: readonly Session[],
): ReadonlyMap<Program, readonly Session[]> {
  const unknown = sessions.filter((session) => programs.of(session) === null);
  const others = programsOf(unknown);
  const grouped = Map.groupBy(sessions, (session) => programs.of(session) ?? others.of(session));
  return new Map(
    [...grouped].flatMap(([program, those]) => (program === null ? [] : [[program, those] as const])),
  );
}

/**
 * Sessions of a later look by the programs of the first one. Grouped anew, services of which a run left a single session
 * could come out as one program, and lose in its next round what its first plan kept.
 */
export function programsAsBefore(before: Programs, sessions: readonly Session[]): CountedPrograms {
  const grouped = byProgram(before, sessions);
  return {
    all: [...grouped].map(([program, those]) => ({ ...program, sessions: those })),
    ofRole: programsOf(sessions).ofRole,
  };
}
