import { programNames } from '../server/programs-in.ts';
import { groupText } from '../server/rank-groups.ts';
import type { Group } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import type { Plan } from './plan.ts';

/**
 * Clients choose their names. When only the name spares more sessions than this, people should look at them.
 */
const MANY = 10;

/** The key of the policy for each kind of name. */
const KEYS: Readonly<Record<string, string>> = {
  application: 'protect.applications',
  'backup, migration or monitoring': 'protect.builtinApplications',
};

export type SparedByName = { readonly group: Group; readonly sessions: number; readonly key: string };

/** Programs with more than a few sessions that only their name spares, those with most first. */
export function sparedByName(
  { spared }: Pick<Plan, 'spared'>,
  snapshot: Snapshot | null,
): readonly SparedByName[] {
  const nameOf = programNames(snapshot);
  const named = spared.filter(({ reason, detail }) => reason === 'protected' && KEYS[detail] !== undefined);
  const alike = Map.groupBy(named, ({ session, detail }) => `${detail} ${groupText(nameOf(session))}`);
  return [...alike.values()]
    .filter(({ length }) => length > MANY)
    .toSorted((a, b) => b.length - a.length)
    .flatMap((those) =>
      those[0]
        ? [{ group: nameOf(those[0].session), sessions: those.length, key: KEYS[those[0].detail] ?? '' }]
        : [],
    );
}
