import type { CountedPrograms, Program } from '../server/programs.ts';
import type { Session } from '../server/session.ts';
import { compareText } from '../server/slots.ts';
import type { Candidate } from './candidates.ts';

/** How many sessions of a program may still end before only its keep is left. */
export type Quota = { readonly program: Program; remaining: number };

export type Quotas = {
  readonly of: (session: Session) => Quota | undefined;
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
export function quotasOf({ all, ofRole }: CountedPrograms, keepPerGroup: number): Quotas {
  const quotas = new Map<Session, Quota>();
  for (const program of all) {
    const quota = { program, remaining: program.sessions.length - keepPerGroup };
    for (const session of program.sessions) quotas.set(session, quota);
  }
  return {
    of: (session) => quotas.get(session),
    mayKeep: (role) => Math.max(Math.floor((ofRole.get(role) ?? 0) / 10), keepPerGroup + MORE_THAN_KEEP),
  };
}

/** A program whose keep may be released, and how many sessions its role keeps beyond its share. */
export type Excess = { readonly quota: Quota; readonly role: { excess: number } };

export type ExcessKeeps = {
  /** Those of the given programs whose keep may be released, the smallest first. */
  readonly among: (quotas: readonly (Quota | undefined)[]) => readonly Excess[];
};

/**
 * Keeps of candidates beyond the share of their role. They are counted once, before any is released: the
 * sessions that a rung chooses within a quota do not change what the program keeps.
 */
export function excessKeeps(staying: readonly Candidate[], quotas: Quotas): ExcessKeeps {
  const roles = new Map<string, { excess: number }>();
  const known = new Map<Quota, Excess>();
  for (const [quota, { length }] of Map.groupBy(staying, ({ session }) => quotas.of(session))) {
    const heldBack = quota === undefined ? 0 : length - Math.max(0, quota.remaining);
    if (quota === undefined || heldBack <= 0) continue;
    const name = quota.program.role;
    const role = roles.get(name) ?? { excess: -quotas.mayKeep(name) };
    role.excess += heldBack;
    roles.set(name, role);
    known.set(quota, { quota, role });
  }
  return {
    among: (some) =>
      some
        .map((quota) => (quota === undefined ? undefined : known.get(quota)))
        .filter((each) => each !== undefined)
        .filter(({ role }) => role.excess > 0)
        .sort((a, b) => comparePrograms(a.quota.program, b.quota.program)),
  };
}

function comparePrograms(a: Program, b: Program): number {
  return a.sessions.length - b.sessions.length || compareText(a.stem, b.stem) || compareText(a.role, b.role);
}
