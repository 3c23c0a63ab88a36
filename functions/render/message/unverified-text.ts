import { settledReading } from '../../core/run/reading.ts';
import { sawRestart } from '../../core/run/verification.ts';
import type { Facts } from '../base/facts.ts';
import { counted } from '../base/phrases.ts';

export function unverifiedReason({ record }: Facts): string {
  return sawRestart(record.attempts, record.readings)
    ? 'the server restarted or failed over, which ended every session'
    : 'the run stopped before it could check them';
}

/** What was verified stays so: only the others are told as not known. */
export function unverifiedText({ record, losses }: Facts): string {
  const unknown = record.attempts.filter(({ result }) => result === 'unknown').length;
  if (losses.length === 0) return counted(record.attempts.length, 'session');
  return `${counted(losses.length, 'session')} ended, ${unknown} more`;
}

/** The run broke off after it had verified what it ended, and before it saw who took the slots. */
export function unsettledText({ record, hypothetical }: Facts): readonly string[] {
  const isSettled = settledReading(record) !== null;
  return hypothetical || record.attempts.length === 0 || isSettled ? [] : ['not checked for re-taken slots'];
}
