import type { CountedPrograms, Program } from '../server/programs.ts';
import type { Session } from '../server/session.ts';
import { compareText } from '../server/slots.ts';
import type { Candidate } from './candidates.ts';

/** How many sessions of a program may still go before only its keep is left. */
export type Quota = { readonly program: Program; remaining: number };

export type Quotas = {
  readonly of: (session: Session) => Quota | undefined;
  /** How many sessions the keeps of one role may hold back together. */
  readonly mayKeep: (role: string) => number;
};

/** A role's programs may always keep one each for this many more programs than the keep asks for of one. */
const MORE_THAN_KEEP = 5;

/**
 * A program is never ended whole: `keepPerGroup` of its client sessions stay, whatever their state or database. For all programs
 * of a role together that is at most a tenth of the role's sessions, or a few: names are free to choose, slots are not.
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

/** A program whose keep may be released, and how many its role keeps beyond what it may. */
export type Excess = { readonly quota: Quota; readonly role: { excess: number } };

export type ExcessKeeps = {
  /** Those among some programs whose keep may be released, the smallest first. */
  readonly among: (quotas: readonly (Quota | undefined)[]) => readonly Excess[];
};

/**
 * Keeps beyond what their role may keep, of candidates that stay. Counted once, before any is released: whom a rung takes
 * from what its program may lose changes nothing of what the program keeps.
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
