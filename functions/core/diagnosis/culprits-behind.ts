import type { Cause, Culprit, Diagnosis } from './cause.ts';

/** Any program may fill a limit, each for its own cause. */
const OF_LIMIT: ReadonlySet<Cause> = new Set(['role-limit', 'database-limit', 'replication-limit']);

/**
 * The culprits that did what the cause says. In a mixture the other culprits did something else. Empty where the cause has
 * no program: then nobody is to blame for it.
 */
export function culpritsBehind({ cause, culprits }: Diagnosis): readonly Culprit[] {
  if (cause === 'half-open-clients' || cause === 'limit-too-low') return [];
  const those = culprits.filter((each) => each.cause === cause);
  return those.length > 0 || !OF_LIMIT.has(cause) ? those : culprits;
}
