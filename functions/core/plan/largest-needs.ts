import type { Pressure } from '../server/slots.ts';

/** As many limits as people read. Hundreds may be reached at once. */
const MOST_SCOPES = 20;

/**
 * The limits with most need, and the slots of the server. `more` is the number of limits that are left out.
 */
export function largestNeeds(pressure: readonly Pressure[]): {
  readonly first: readonly Pressure[];
  readonly more: number;
} {
  const first = pressure.filter(({ scope }, at) => at < MOST_SCOPES || scope.kind === 'server');
  return { first, more: pressure.length - first.length };
}
