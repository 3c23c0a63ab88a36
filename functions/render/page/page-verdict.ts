import { cleanName } from '../../core/base/clean-text.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import type { Facts } from '../base/facts.ts';
import { counted } from '../base/phrases.ts';
import { causePhrase } from '../message/cause-phrase.ts';
import { endedPhrase } from '../message/ended-phrase.ts';
import { mayHaveSent } from '../message/headline.ts';
import { stateSentence } from '../message/state-sentence.ts';

/** What people must know first: the state of the server, the cause, and what was ended. */
export function pageVerdict(facts: Facts): string {
  const cause = causePhrase(facts);
  const first = `${cleanName(facts.record.server)} ${stateSentence(facts)}${cause.length > 0 ? `: ${cause.join(', ')}` : ''}`;
  return [first, ...ENDED[facts.record.outcome](facts)].map((sentence) => `${sentence}.`).join(' ');
}

const nothing = () => ['Nothing was ended'] as const;
const silent = () => [] as const;

/** What was ended, where it belongs to the verdict. */
const ENDED: Readonly<Record<Outcome, (facts: Facts) => readonly string[]>> = {
  healthy: silent,
  reaped: ended,
  recovered: ended,
  partial: ended,
  refilled: (facts) => [...ended(facts), retaken(facts)],
  'no-candidates': nothing,
  unexplained: silent,
  busy: nothing,
  paused: () => ['Runs are paused', ...nothing()],
  muted: silent,
  stale: silent,
  off: silent,
  blind: nothing,
  'cannot-connect': nothing,
  unverified: ({ record }) => [
    `${counted(record.attempts.length, 'session was', 'sessions were')} told to end, and whether they did is not known`,
  ],
  failed: (facts) => (mayHaveSent(facts) ? ['Which sessions ended is not known'] : nothing()),
};

function ended(facts: Facts): readonly string[] {
  if (facts.hypothetical) return nothing();
  const text = endedPhrase(facts);
  return [`${text.charAt(0).toUpperCase()}${text.slice(1)}`];
}

function retaken({ retaken: count, losses, perhaps }: Facts): string {
  return `${count} of ${counted(losses.length + perhaps.length, 'freed slot')} re-taken`;
}
