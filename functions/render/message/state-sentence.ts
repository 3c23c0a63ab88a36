import { cleanName } from '../../core/base/clean-text.ts';
import { isPerhapsKeptOut } from '../../core/diagnosis/kept-out.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import { stuckHolder } from '../../core/run/run-lock.ts';
import type { Facts } from '../base/facts.ts';
import { ageText, counted } from '../base/phrases.ts';
import { otherAlarm, seenText } from './alarm-text.ts';
import { mayHaveSent } from './headline.ts';
import { fullness } from './slots-text.ts';

/** What the server is now, as the rest of a sentence that begins with its name. Mail and page begin with it. */
export function stateSentence(facts: Facts): string {
  return VERDICTS[facts.record.outcome](facts);
}

const VERDICTS: Readonly<Record<Outcome, (facts: Facts) => string>> = {
  healthy: () => 'has room',
  reaped: () => 'has room',
  recovered: (facts) => (facts.hypothetical ? `is ${pressed(facts)}` : 'has room again'),
  partial: (facts) => `${facts.hypothetical ? 'is' : 'is still'} ${pressed(facts)}`,
  refilled: () => 'filled up again',
  'no-candidates': (facts) => `is ${pressed(facts)}`,
  unexplained: ({ record, diagnosis }) => {
    if (diagnosis?.cause === 'half-open-clients' || isPerhapsKeptOut(record, diagnosis))
      return 'refused clients, although not all slots show a session';
    const alarm = otherAlarm(record.trigger);
    if (alarm === null) return 'refused clients, and has room now';
    return `has room, although alarm ${cleanName(alarm.alarm, 100)} went off (${seenText(alarm)})`;
  },
  busy: ({ record }) => {
    const holder = stuckHolder(record);
    if (holder === null) return 'was left to another run that is at work';
    return `lets no run act: the lock of runs has been held for ${ageText(holder.openMs ?? 0)}, longer than a run can take`;
  },
  paused: (facts) => `is ${pressed(facts)}`,
  muted: () => 'needs no action',
  stale: () => 'was not looked at, because the event was too old',
  off: () => "was not looked at, because the policy's mode is off",
  blind: () => 'could not be judged, because our role may not see other sessions',
  'cannot-connect': ({ record }) =>
    `let no run in: no connection in ${counted(record.connecting.attempts, 'try', 'tries')}`,
  unverified: () => 'may have room',
  failed: (facts) =>
    mayHaveSent(facts)
      ? 'may have room: the run failed while it ended sessions'
      : 'was not relieved, because the run failed',
};

/** The state of the scope that the message is about. Beside a limit that is reached, the server may have room. */
function pressed({ before, after }: Facts): string {
  const latest = after ?? before;
  if (latest === null) return 'under pressure';
  const { scope } = latest;
  return `${fullness(latest)}${scope.kind === 'server' ? '' : ` for ${scope.kind} ${cleanName(scope.name)}`}`;
}
