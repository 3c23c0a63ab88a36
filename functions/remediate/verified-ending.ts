import type { RemediationError } from '../core/base/errors.ts';
import { outcomeOf } from '../core/run/outcome-of.ts';
import type { Run, RunEnd } from './run.ts';

const NOT_SETTLED =
  'What was told to end had been verified before. Settling was not seen: who took the freed slots is not known.';

/** Whether a reading has shown the result of each attempt. */
export function isVerified({ attempts, readings }: Run): boolean {
  return readings.length > 0 && [...attempts.values()].every(({ result }) => result !== 'unknown');
}

/**
 * The end of a run that failed after it had verified its attempts: its outcome follows from the reading that it has.
 */
export function verifiedEnding(run: Run, { code, message }: RemediationError): RunEnd | null {
  const { snapshot, plan, attempts, readings, request } = run;
  const reading = readings.at(-1);
  if (snapshot === null || plan === null || reading === undefined) return null;
  if (attempts.size === 0 || !isVerified(run)) return null;
  const outcome = outcomeOf({ snapshot, plan }, request.trigger.kind, [...attempts.values()], reading);
  const more = reading.phase === 'settled' ? '' : ` ${NOT_SETTLED}`;
  return { outcome, problem: { code, message: `${message}${more}` } };
}
