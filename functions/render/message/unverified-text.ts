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
export function unsettledText(facts: Facts): readonly string[] {
  return isUnsettled(facts) ? ['not checked for re-taken slots'] : [];
}

/** As part of a subject: the long wording would be the first part that a full subject leaves out. */
export function unsettledSubject(facts: Facts): readonly string[] {
  return isUnsettled(facts) ? ['not checked again'] : [];
}

function isUnsettled({ record, hypothetical }: Facts): boolean {
  return !hypothetical && record.attempts.length > 0 && settledReading(record) === null;
}
