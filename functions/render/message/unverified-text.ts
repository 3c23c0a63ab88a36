import { settledReading } from '../../core/run/newcomers.ts';
import { sawRestart } from '../../core/run/verification.ts';
import type { Facts } from '../base/facts.ts';
import { counted } from '../base/phrases.ts';

export function unverifiedReason({ record }: Facts): string {
  return sawRestart(record.attempts, record.readings)
    ? 'the server restarted or failed over, which ended every session'
    : 'the run stopped before it could check them';
}

/** Verified terminations stay verified. Only the others count as unknown. */
export function unverifiedText({ record, losses }: Facts): string {
  const unknown = record.attempts.filter(({ result }) => result === 'unknown').length;
  if (losses.length === 0) return counted(record.attempts.length, 'session');
  return `${counted(losses.length, 'session')} ended, ${unknown} more`;
}

/** The run broke off after it had verified the terminations, and before it read which programs took the slots. */
export function unsettledText(facts: Facts): readonly string[] {
  return isUnsettled(facts) ? ['not checked for re-taken slots'] : [];
}

function isUnsettled({ record, hypothetical }: Facts): boolean {
  return !hypothetical && record.attempts.length > 0 && settledReading(record) === null;
}
