import type { Program, Programs } from '../server/programs.ts';
import type { Session } from '../server/session.ts';

/** How many sessions of a program may still end before only its keep is left. */
export type Quota = { readonly program: Program; remaining: number };

export type Quotas = {
  /** The quota of the session's program. Null when it belongs to none. */
  readonly of: (session: Session) => Quota | null;
  /** How many sessions the keeps of one role may hold back together. */
  readonly mayKeep: (role: string) => number;
};

/** A role may always keep one session each for this many more programs than `keepPerGroup` says. */
const MORE_THAN_KEEP = 5;

/**
 * A program never loses all sessions: `keepPerGroup` of its client sessions stay, in whatever state or
 * database. All programs of one role together keep at most a tenth of the role's sessions, or a few.
 * Otherwise a client could keep any number of slots by choosing many names.
 */
export function quotasOf(programs: Programs, keepPerGroup: number): Quotas {
  const quotas = new Map(
    programs.all.map((program) => [program, { program, remaining: program.sessions.length - keepPerGroup }]),
  );
  return {
    of: (session) => {
      const program = programs.of(session);
      return program === null ? null : (quotas.get(program) ?? null);
    },
    mayKeep: (role) =>
      Math.max(Math.floor((programs.ofRole.get(role) ?? 0) / 10), keepPerGroup + MORE_THAN_KEEP),
  };
}
