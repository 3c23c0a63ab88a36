import { ANY_NAME } from '../server/program-stem.ts';
import { programNames } from '../server/programs-in.ts';
import { groupText } from '../server/rank-groups.ts';
import type { Group, Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import type { Plan, Spared } from './plan.ts';
import { policyKeyOf } from './policy-key.ts';

/**
 * Clients choose their names. When only the name spares more sessions than this, people should look at them.
 */
const MANY = 10;

const KEYS: ReadonlySet<string | null> = new Set(['protect.applications', 'protect.builtinApplications']);

export type SparedByName = { readonly group: Group; readonly sessions: number; readonly key: string };

/**
 * Programs with more than a few sessions that only their name spares, those with most first. Programs of one role
 * that have fewer count together: otherwise a client could hide by using several such names.
 */
export function sparedByName(
  { spared }: Pick<Plan, 'spared'>,
  snapshot: Snapshot | null,
): readonly SparedByName[] {
  const nameOf = programNames(snapshot);
  const named = spared.filter((each) => KEYS.has(policyKeyOf(each)));
  const byProgram = groupsOf(named, ({ session }) => groupText(nameOf(session)));
  const few = byProgram.filter(({ length }) => length <= MANY).flat();
  const byRole = groupsOf(few, ({ session }) => session.user ?? '');
  const toSpared = (those: readonly Spared[], group: (session: Session) => Group) =>
    those.slice(0, 1).map((first) => ({
      group: group(first.session),
      sessions: those.length,
      key: policyKeyOf(first) ?? '',
    }));
  return [
    ...byProgram.filter(isMany).flatMap((those) => toSpared(those, nameOf)),
    ...byRole.filter(isMany).flatMap((those) => toSpared(those, ofRole)),
  ].toSorted((a, b) => b.sessions - a.sessions);
}

function groupsOf(
  all: readonly Spared[],
  nameOf: (spared: Spared) => string,
): readonly (readonly Spared[])[] {
  return [...Map.groupBy(all, (each) => `${policyKeyOf(each)} ${nameOf(each)}`).values()];
}

function isMany({ length }: readonly Spared[]): boolean {
  return length > MANY;
}

function ofRole({ user }: Session): Group {
  return { application: ANY_NAME, user: user ?? '', database: ANY_NAME };
}
