import { roleStem } from '../server/program-stem.ts';
import type { Program } from '../server/programs.ts';
import { compareText } from '../server/slots.ts';
import type { Candidate } from './candidates.ts';
import type { Quota, Quotas } from './keep.ts';
import { inLadderOrder } from './rung-order.ts';

/** How many sessions a role keeps beyond its share. */
export type Excess = { excess: number };

export type ExcessKeeps = {
  /** Those of the given programs that may give up a part of their keep, the smallest first. */
  readonly among: (quotas: Iterable<Quota>) => readonly Quota[];
  /** The share of the session's own role: a program may have sessions of several roles. */
  readonly ofRole: (candidate: Candidate) => Excess;
};

/**
 * Keeps of candidates beyond the share of their role. They are counted once, before any is released: the
 * sessions that a rung chooses within a quota do not change what the program keeps.
 */
export function excessKeeps(staying: readonly Candidate[], quotas: Quotas): ExcessKeeps {
  const roles = new Map<string, Excess>();
  const names = new Map<string | null, string>();
  const ofRole = ({ session: { user } }: Candidate): Excess => {
    const name = names.get(user) ?? roleStem(user ?? '').stem;
    names.set(user, name);
    const role = roles.get(name) ?? { excess: -quotas.mayKeep(name) };
    roles.set(name, role);
    return role;
  };
  const held = new Map<Quota, readonly Excess[]>();
  for (const [quota, those] of Map.groupBy(staying, ({ quota: own }) => own)) {
    const kept = quota.remaining > 0 ? inLadderOrder(those).slice(quota.remaining) : those;
    const owners = kept.map(ofRole);
    for (const owner of owners) owner.excess += 1;
    held.set(quota, [...new Set(owners)]);
  }
  const isBeyond = (quota: Quota) => held.get(quota)?.some(({ excess }) => excess > 0) === true;
  return {
    among: (some) => [...some].filter(isBeyond).sort((a, b) => comparePrograms(a.program, b.program)),
    ofRole,
  };
}

function comparePrograms(a: Program, b: Program): number {
  return a.sessions.length - b.sessions.length || compareText(a.stem, b.stem) || compareText(a.role, b.role);
}
