import { cleanName } from '../../core/base/clean-text.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import type { Facts } from '../base/facts.ts';
import { counted } from '../base/phrases.ts';
import { otherAlarm } from '../message/alarm-text.ts';
import { causePhrase } from '../message/cause-phrase.ts';
import { endedPhrase } from '../message/ended-phrase.ts';
import { mayHaveSent } from '../message/headline.ts';

/** What people must know first: the state of the server, the cause, and what was ended. */
export function pageVerdict(facts: Facts): string {
  const [state, ...more] = STATES[facts.record.outcome](facts);
  const cause = causePhrase(facts);
  const first = `${cleanName(facts.record.server)} ${state}${cause.length > 0 ? `: ${cause.join(', ')}` : ''}`;
  return [first, ...more].map((sentence) => `${sentence}.`).join(' ');
}

/** The state of the server, as the rest of a sentence that begins with its name, and what was done. */
type State = (facts: Facts) => readonly string[];

const NOTHING = 'Nothing was ended';

const STATES: Readonly<Record<Outcome, State>> = {
  healthy: () => ['has room'],
  reaped: (facts) => ['has room', ended(facts)],
  recovered: (facts) => [facts.hypothetical ? fullness(facts) : 'has room again', ended(facts)],
  partial: (facts) => [
    facts.hypothetical ? fullness(facts) : fullness(facts).replace(/^is /, 'is still '),
    ended(facts),
  ],
  refilled: (facts) => ['filled up again', ended(facts), retaken(facts)],
  'no-candidates': (facts) => [fullness(facts), NOTHING],
  unexplained: (facts) => [
    otherAlarm(facts.record.trigger) === null
      ? 'refused clients, and has room now'
      : 'has room, although an alarm went off',
  ],
  busy: () => ['was left to another run that is at work', NOTHING],
  paused: (facts) => [`${fullness(facts)}, and runs are paused`, NOTHING],
  muted: () => ['needs no action'],
  stale: () => ['was not looked at, because the event was too old'],
  off: () => ['was not looked at, because the mode of the policy is off'],
  blind: () => ['could not be judged, because our role may not see other sessions', NOTHING],
  'cannot-connect': () => ['let no run in', NOTHING],
  unverified: (facts) => [
    'may have room: the result is not known',
    `${counted(facts.record.attempts.length, 'session was', 'sessions were')} told to end`,
  ],
  failed: (facts) => [
    'was not relieved, because the run failed',
    mayHaveSent(facts) ? 'Which sessions ended is not known' : NOTHING,
  ],
};

function fullness({ before }: Facts): string {
  if (before === null) return 'is under pressure';
  const { scope, used, usable } = before;
  if (scope.kind !== 'server') return `is full for ${scope.kind} ${cleanName(scope.name)}`;
  return used >= usable ? 'is full' : 'is almost full';
}

function ended(facts: Facts): string {
  if (facts.hypothetical) return NOTHING;
  const text = endedPhrase(facts);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function retaken({ retaken: count, losses, perhaps }: Facts): string {
  return `${count} of ${counted(losses.length + perhaps.length, 'freed slot')} re-taken`;
}
