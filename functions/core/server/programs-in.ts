import { memoizeByObject } from '../base/memoize.ts';
import { type Program, type Programs, programsOf } from './programs.ts';
import { type Group, groupOf, type Session } from './session.ts';
import { clientSessions } from './slots.ts';
import type { Snapshot } from './snapshot.ts';

/** The programs of a snapshot's clients. The planner, the diagnosis and the messages all count by them. */
export const programsIn: (snapshot: Snapshot) => Programs = memoizeByObject((snapshot) =>
  programsOf(clientSessions(snapshot)),
);

/** The name of the program that a session belongs to, or the session's own names when it belongs to none. */
export function programNames(snapshot: Snapshot | null): (session: Session) => Group {
  const programs = snapshot === null ? null : programsIn(snapshot);
  return (session) => programs?.of(session)?.name ?? groupOf(session);
}

/**
 * Sessions by program, the largest program first. A session that was opened later joins the program that its
 * names belong to.
 */
export function byProgram(
  programs: Programs,
  sessions: readonly Session[],
): ReadonlyMap<Program, readonly Session[]> {
  const grouped = Map.groupBy(sessions, joining(programs, sessions));
  return new Map(
    [...grouped].flatMap(([program, those]) => (program === null ? [] : [[program, those] as const])),
  );
}

/** The program that each of the sessions belongs to. Those that join none have programs of their own. */
function joining(programs: Programs, sessions: readonly Session[]): Programs['of'] {
  const others = programsOf(sessions.filter((session) => programs.of(session) === null));
  return (session) => programs.of(session) ?? others.of(session);
}

/**
 * The sessions of a later snapshot by the programs of the first one. If they were grouped anew, services of
 * which the run left one session each could become one program. The next round would then end sessions that
 * the first plan kept.
 */
export function programsAsBefore(before: Programs, sessions: readonly Session[]): Programs {
  const joined = joining(before, sessions);
  const grouped = byProgram(before, sessions);
  const now = new Map([...grouped].map(([program, those]) => [program, { ...program, sessions: those }]));
  return {
    all: [...now.values()],
    of: (session) => {
      const program = joined(session);
      return program === null ? null : (now.get(program) ?? null);
    },
    ofRole: programsOf(sessions).ofRole,
  };
}
