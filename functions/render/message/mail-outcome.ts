import { cleanName } from '../../core/base/clean-text.ts';
import { settledReading } from '../../core/run/newcomers.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import { pauseIn } from '../../core/run/pause.ts';
import { refusalsIn, sinceOf } from '../../core/trigger/log-lines.ts';
import { authorName } from '../base/author-name.ts';
import type { Facts } from '../base/facts.ts';
import { counted, groupName, listText, slotsHeld } from '../base/phrases.ts';
import { otherAlarm } from './alarm-text.ts';
import { mayHaveSent } from './headline.ts';
import { nearTime } from './near-time.ts';
import { observedText } from './observed-text.ts';
import { enoughText } from './slots-text.ts';
import { stateSentence } from './state-sentence.ts';
import { unverifiedReason, unverifiedText } from './unverified-text.ts';

/** The first line of a mail: what the server is now, its slots, and since when clients are refused. */
export function outcomeText(facts: Facts): string {
  const { outcome, mode, server } = facts.record;
  const observed = mode === 'observe' ? [observedText(facts.record, 'ended')] : [];
  const verdict = `${cleanName(server)} ${stateSentence(facts)}${slotsText(facts)}.`;
  return [verdict, ...MORE[outcome](facts), ...observed].join(' ');
}

type Sentences = (facts: Facts) => readonly string[];

/** What follows the verdict: the slots, and what belongs to this outcome alone. */
const MORE: Readonly<Record<Outcome, Sentences>> = {
  healthy: () => [],
  reaped: unsettled,
  recovered: (facts) =>
    facts.hypothetical
      ? pressed(facts)
      : [...refusedSince(facts), ...unsettled(facts), ...takenAgain(facts), ...gotIn(facts)],
  partial: (facts) =>
    facts.hypothetical
      ? pressed(facts)
      : [...refusedSince(facts), ...tooFew(facts), ...unsettled(facts), ...takenAgain(facts)],
  refilled: (facts) => [...takenAgain(facts), ...refusedSince(facts), ...unsettled(facts)],
  'no-candidates': pressed,
  unexplained: (facts) => (otherAlarm(facts.record.trigger) === null ? refusedSince(facts) : []),
  busy: nothingEnded,
  paused: (facts) => [...refusedSince(facts), pausedText(facts)],
  muted: ({ record }) => whyOf(record.why),
  stale: ({ record }) => whyOf(record.why),
  off: () => [],
  blind: nothingEnded,
  'cannot-connect': (facts) => [...nothingEnded(facts), ...refusedSince(facts)],
  unverified: (facts) => [
    `${unverifiedText(facts)} were told to end, and whether they did is not known: ${unverifiedReason(facts)}.`,
  ],
  failed: (facts) => (mayHaveSent(facts) ? ['Which of them ended is not known.'] : nothingEnded(facts)),
};

/** Outcomes of which the slots say nothing, or of which nothing is known. */
const WITHOUT_SLOTS: ReadonlySet<Outcome> = new Set([
  ...(['busy', 'muted', 'stale', 'off', 'blind', 'cannot-connect', 'unverified', 'failed'] as const),
]);

function slotsText(facts: Facts): string {
  if (WITHOUT_SLOTS.has(facts.record.outcome)) return '';
  return `: ${change(facts)}`;
}

function pressed(facts: Facts): readonly string[] {
  return [...refusedSince(facts), ...nothingEnded(facts)];
}

/** In mode `observe` the last sentence says so. */
function nothingEnded({ record }: Facts): readonly string[] {
  return record.mode === 'observe' ? [] : ['Nothing was ended.'];
}

function used(facts: Facts): string {
  const { before, after, record } = facts;
  const latest = after ?? before;
  if (latest === null)
    return record.snapshot === null ? 'its slots were not read' : 'its slots are not known';
  const isNamed = stateSentence(facts).includes(` for ${latest.scope.kind} `);
  return `${slotsHeld(latest, { isNamed })} used`;
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
