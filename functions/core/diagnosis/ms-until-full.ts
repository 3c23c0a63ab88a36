import type { RunRecord } from '../run/record.ts';
import { type Pressure, scopeName } from '../server/slots.ts';

/**
 * How many milliseconds the free slots of a scope last at this rate, counted after the run if it read them
 * again.
 */
export function msUntilFull({ readings }: RunRecord, before: Pressure, perHour: number): number {
  const { kind } = before.scope;
  const after = readings
    .at(-1)
    ?.pressure.find(({ scope }) => scope.kind === kind && scopeName(scope) === scopeName(before.scope));
  return Math.round((Math.max(0, (after ?? before).free) * 3_600_000) / perHour);
}
