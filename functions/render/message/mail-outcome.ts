import { cleanName } from '../../core/base/clean-text.ts';
import { settledReading } from '../../core/run/newcomers.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import { pauseIn } from '../../core/run/pause.ts';
import { stuckHolder } from '../../core/run/run-lock.ts';
import { refusalsIn, sinceOf } from '../../core/trigger/log-lines.ts';
import { authorName } from '../base/author-name.ts';
import type { Facts } from '../base/facts.ts';
import { ageText, counted, groupName, listText } from '../base/phrases.ts';
import { otherAlarm, seenText } from './alarm-text.ts';
import { mayHaveSent } from './headline.ts';
import { nearTime } from './near-time.ts';
import { enoughText, fullness, slotsHeld } from './slots-text.ts';
import { unverifiedReason, unverifiedText } from './unverified-text.ts';

const OBSERVED = 'Observed only: nothing was ended.';

/** The first line of a mail: what the server is now, its slots, and since when clients are refused. */
export function outcomeText(facts: Facts): string {
  const { outcome, mode, server } = facts.record;
  const observed = mode === 'observe' ? [OBSERVED] : [];
  return [...OUTCOMES[outcome](facts, cleanName(server)), ...observed].join(' ');
}

type Sentences = (facts: Facts, server: string) => readonly string[];

const OUTCOMES: Readonly<Record<Outcome, Sentences>> = {
  healthy: (facts, server) => [`${server} has room: ${used(facts)}.`],
  reaped: (facts, server) => [`${server} has room: ${used(facts)}.`, ...unsettled(facts)],
  recovered: (facts, server) =>
    facts.hypothetical
      ? pressed(facts, server)
      : [
          `${server} has room again: ${change(facts)}.`,
          ...refusedSince(facts),
          ...unsettled(facts),
          ...takenAgain(facts),
          ...gotIn(facts),
        ],
  partial: (facts, server) =>
    facts.hypothetical
      ? pressed(facts, server)
      : [
          `${server} is still ${stateOf(facts)}: ${change(facts)}.`,
          ...refusedSince(facts),
          ...tooFew(facts),
          ...unsettled(facts),
          ...takenAgain(facts),
        ],
  refilled: (facts, server) => [
    `${server} filled up again: ${change(facts)}.`,
    ...takenAgain(facts),
    ...refusedSince(facts),
    ...unsettled(facts),
  ],
  'no-candidates': pressed,
  unexplained: (facts, server) => {
    const alarm = otherAlarm(facts.record.trigger);
    const room = `but there is room now: ${used(facts)}.`;
    return alarm === null
      ? [`${server} refused clients, ${room}`, ...refusedSince(facts)]
      : [`${server}: alarm ${cleanName(alarm.alarm, 100)} went off (${seenText(alarm)}), ${room}`];
  },
  busy: ({ record }, server) => {
    const holder = stuckHolder(record);
    if (holder === null) return [`${server}: another run is at work, so this one did nothing.`];
    return [
      `${server}: no run can act. The lock of runs has been held for ${ageText(holder.openMs ?? 0)}, longer than a run can take.`,
    ];
  },
  paused: (facts, server) => [...pressed(facts, server), pausedText(facts)],
  muted: ({ record }, server) => [`${server}: the trigger needs no action.`, ...whyOf(record.why)],
  stale: ({ record }, server) => [`${server}: nothing was done.`, ...whyOf(record.why)],
  off: (_, server) => [`${server}: nothing was read or done, because the policy's mode is off.`],
  blind: (facts, server) => [
    `${server} was not judged: our role may not see other sessions.`,
    ...nothingEnded(facts),
  ],
  'cannot-connect': (facts, server) => [
    `${server} could not be looked at: no connection in ${tries(facts)}.`,
    ...nothingEnded(facts),
    ...refusedSince(facts),
  ],
  unverified: (facts, server) => [
    `${server}: ${unverifiedText(facts)} were told to end, and whether they did is not known: ${unverifiedReason(facts)}.`,
  ],
  failed: (facts, server) =>
    mayHaveSent(facts)
      ? [`${server}: the run failed while it ended sessions. Which of them ended is not known.`]
      : [`${server}: the run failed.`, ...nothingEnded(facts)],
};

function pressed(facts: Facts, server: string): readonly string[] {
  const nothing = facts.record.outcome === 'paused' ? [] : nothingEnded(facts);
  return [pressedText(facts, server), ...refusedSince(facts), ...nothing];
}

/** Beside a limit that is reached, the server itself may have room. */
function pressedText(facts: Facts, server: string): string {
  const { scope } = facts.after ?? facts.before ?? { scope: { kind: 'server' } as const };
  if (scope.kind === 'server') return `${server} is ${stateOf(facts)}: ${used(facts)}.`;
  return `${server}: ${scope.kind} ${cleanName(scope.name)} is ${stateOf(facts)}, ${used(facts)}.`;
}

/** In mode `observe` the last sentence says so. */
function nothingEnded({ record }: Facts): readonly string[] {
  return record.mode === 'observe' ? [] : ['Nothing was ended.'];
}

function stateOf({ before, after }: Facts): string {
  const latest = after ?? before;
  return latest === null ? 'under pressure' : fullness(latest);
}

function used({ before, after, record }: Facts): string {
  const latest = after ?? before;
  if (latest !== null) return `${slotsHeld(latest)} used`;
  return record.snapshot === null ? 'its slots were not read' : 'its slots are not known';
}

function change(facts: Facts): string {
  const { before, after } = facts;
  const isChange = before !== null && after !== null && before.used !== after.used;
  if (!isChange) return used(facts);
  return `${used(facts)}, ${before.used < before.usable ? before.used : `all ${before.usable}`} before`;
}

/** The policy asks for fewer slots in use before it ends sessions than it needs to find enough of them free. */
function tooFew({ record, after, before }: Facts): readonly string[] {
  const latest = after ?? before;
  if (latest === null || latest.scope.kind !== 'server') return [];
  return [`Enough is ${enoughText(record.policy)}.`];
}

function refusedSince({ record: { trigger, startedAt } }: Facts): readonly string[] {
  const now = Date.parse(startedAt);
  if (trigger.kind === 'log-lines' && trigger.refused.length > 0) {
    const since = Date.parse(sinceOf(trigger.refused) ?? trigger.at);
    return [
      `Clients were refused ${counted(refusalsIn(trigger.refused), 'time')} since ${nearTime(since, now)}.`,
    ];
  }
  const isRefusals = trigger.kind === 'alarm' && trigger.state === 'ALARM' && otherAlarm(trigger) === null;
  return isRefusals ? [`Alarm at ${nearTime(Date.parse(trigger.at), now)}: clients refused.`] : [];
}

/** Freed slots that the programs which had lost them took again. */
function takenAgain(facts: Facts): readonly string[] {
  const { retaken, losses, perhaps, newcomers } = facts;
  if (retaken === 0) return [];
  const retakers = newcomers.filter(({ lost }) => lost > 0).map(({ group }) => groupName(group));
  const by = retakers.length === 0 ? '' : ` by ${listText(retakers, 2)}`;
  const freed = counted(losses.length + perhaps.length, 'freed slot');
  return [`${retaken} of ${freed} ${retaken === 1 ? 'was' : 'were'} taken again${by}.`];
}

/** Whether clients that had lost no session got in. */
function gotIn({ newcomers }: Facts): readonly string[] {
  const others = newcomers.filter(({ lost }) => lost === 0).map(({ group }) => groupName(group));
  if (others.length === 0) return [];
  return [`Clients get in (${listText(others, 2)} did).`];
}

function unsettled({ record, hypothetical }: Facts): readonly string[] {
  const isUnsettled = !hypothetical && record.attempts.length > 0 && settledReading(record) === null;
  return isUnsettled ? ['The run stopped before it could see which programs took the freed slots.'] : [];
}

function pausedText({ record }: Facts): string {
  const pause = pauseIn(record.recall);
  if (pause === null) return 'Runs are paused: nothing was ended.';
  const now = Date.parse(record.startedAt);
  const why = pause.reason === null ? '' : ` ("${cleanName(pause.reason, 100)}")`;
  const until = pause.until ? `, until ${nearTime(Date.parse(pause.until), now)}` : '';
  const by = authorName(pause.by);
  return `Runs are paused since ${nearTime(Date.parse(pause.at), now)} by ${by}${why}${until}: nothing was ended.`;
}

function whyOf(why: string | null): readonly string[] {
  return why === null ? [] : [cleanName(why, 400)];
}

function tries({ record }: Facts): string {
  return counted(record.connecting.attempts, 'try', 'tries');
}
