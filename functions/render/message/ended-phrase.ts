import type { Termination } from '../../core/run/terminations.ts';
import { byGroup, type Facts } from '../base/facts.ts';
import { counted, groupName } from '../base/phrases.ts';
import { isNamedCulprit } from './cause-phrase.ts';

/**
 * `27 idle sessions of billing-worker`, `40 sessions of billing-worker and 2 other programs`. A name that was
 * already said is left out.
 */
function lossText(facts: Facts, losses: readonly Termination[], adjective: string): string {
  const idle = losses.every(({ session }) => session.state === 'idle') ? 'idle ' : '';
  const [first, ...others] = byGroup(losses, facts.record.snapshot);
  if (first === undefined) return 'no session';
  const sessions = counted(losses.length, `${adjective}${idle}session`);
  if (others.length === 0 && isNamedCulprit(facts, first.group)) return sessions;
  const more = others.length === 0 ? '' : ` and ${counted(others.length, 'other program')}`;
  return `${sessions} of ${groupName(first.group)}${more}`;
}

/** Which sessions ended, or would: `12 idle sessions of billing-worker ended`. */
export function endedPhrase(facts: Facts, adjective = ''): string {
  const { losses, perhaps, hypothetical } = facts;
  const sessions = lossText(facts, losses, adjective);
  if (hypothetical) return `would end ${sessions}`;
  if (perhaps.length === 0) return `${sessions} ended`;
  if (losses.length === 0) return `perhaps ${lossText(facts, perhaps, adjective)} ended`;
  return `${sessions} ended, perhaps ${perhaps.length} more`;
}
