import { cleanName } from '../../core/base/clean-text.ts';
import { BREAKER } from '../../core/incident/breaker.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import { pauseIn } from '../../core/run/pause.ts';
import { authorName } from '../base/author-name.ts';
import type { Facts } from '../base/facts.ts';
import { heldBySuperusers } from '../base/held-by-superusers.ts';
import { counted, groupName, listText, sentences, usedText } from '../base/phrases.ts';
import { otherAlarm, seenText } from './alarm-text.ts';
import { behind, causeWords, isNamedCulprit, isOutsideSlots } from './cause-phrase.ts';
import { endedPhrase } from './ended-phrase.ts';
import { busySentence } from './run-lock-text.ts';
import { unsettledText, unverifiedReason, unverifiedText } from './unverified-text.ts';

/** The answer in a sentence, as the full text and the page begin. */
export function headlineOf(facts: Facts): { readonly sentence: string } {
  return { sentence: SENTENCES[facts.record.outcome](facts) };
}

/** The record of a run that broke off lacks the attempts without an answer. */
export function mayHaveSent({ record, hypothetical }: Facts): boolean {
  return !hypothetical && (record.plan?.victims.length ?? 0) > 0;
}

type Sentence = (facts: Facts) => string;

const SENTENCES: Readonly<Record<Outcome, Sentence>> = {
  healthy: (facts) => `healthy. ${sentences(used(facts))}`,
  reaped: (facts) =>
    `no pressure. ${sentences([endedPhrase(facts, 'old '), ...change(facts), ...unsettledText(facts)])}`,
  recovered: (facts) =>
    `${facts.hypothetical ? 'under pressure' : 'recovered'}. ${sentences([...cause(facts), endedPhrase(facts), ...change(facts), ...unsettledText(facts)])}`,
  partial: (facts) =>
    `${facts.hypothetical ? '' : 'still '}under pressure. ${sentences([...cause(facts), tooFewEnded(facts), ...change(facts), ...unsettledText(facts)])}`,
  refilled: (facts) =>
    `filled up again. ${sentences([...cause(facts), endedPhrase(facts), retaken(facts), ...change(facts), ...unsettledText(facts)])}`,
  'no-candidates': (facts) =>
    `under pressure. ${sentences([...cause(facts), [...used(facts), ...most(facts)].join(', '), spareText(facts)])}`,
  unexplained: (facts) =>
    `unexplained. ${sentences([`${wentOff(facts) ?? 'Clients were refused'}, but nothing here is under pressure`, ...(isOutsideSlots(facts.diagnosis) ? cause(facts) : []), ...used(facts)])}`,
  busy: ({ record }) => busySentence(record),
  paused: (facts) =>
    `paused. ${sentences([`${whoPaused(facts)} paused it, so this run only looked`, ...cause(facts), ...used(facts), ...pausedPlan(facts)])}`,
  muted: () => 'nothing to do. The trigger needs no action.',
  stale: () => 'nothing done. The event was too old to act on.',
  off: () => "switched off. The policy's mode is off: nothing was read or done.",
  blind: () => 'blind. Our role may not see other sessions, so nothing was ended.',
  'cannot-connect': (facts) => `could not connect in ${tries(facts)}. Nothing was ended.`,
  unverified: (facts) =>
    `result not known. ${unverifiedText(facts)} were told to end, then ${unverifiedReason(facts)}.`,
  failed: (facts) =>
    mayHaveSent(facts)
      ? 'the run failed while ending sessions. Which of them ended is not known.'
      : 'the run failed. Nothing was ended.',
};

function spareText({ record }: Facts): string {
  return heldBySuperusers(record)
    ? 'superusers hold the slots, and no run ends their sessions'
    : 'the policy spares all sessions';
}

/** `a connection leak (billing-worker)`. Empty when the cause is not known. */
function cause({ diagnosis, record }: Facts): readonly string[] {
  if (diagnosis === null || diagnosis.cause === 'unclear') return [];
  const [culprit] = behind(diagnosis);
  const name = culprit === undefined ? '' : ` (${groupName(culprit.usage.group)})`;
  return [`${causeWords(record, diagnosis.cause, culprit)}${name}`];
}

/** An alarm about another metric does not tell whether clients were refused. */
function wentOff({ record }: Facts): string | null {
  const alarm = otherAlarm(record.trigger);
  return alarm === null ? null : `alarm ${cleanName(alarm.alarm, 100)} went off (${seenText(alarm)})`;
}

function used({ before, after }: Facts): readonly string[] {
  const latest = after ?? before;
  return latest === null ? [] : [usedText(latest)];
}

/** `31 of 57 slots used now, 57 before`. */
function change(facts: Facts): readonly string[] {
  const { before, after } = facts;
  return before === null || after === null
    ? used(facts)
    : used(facts).map((text) => `${text} now, ${before.used} before`);
}

/** Where no session ended there is none of which there were too few. */
function tooFewEnded(facts: Facts): string {
  const isNone = facts.losses.length === 0 && facts.perhaps.length === 0;
  return isNone ? endedPhrase(facts) : `${endedPhrase(facts)}, too few`;
}

function retaken(facts: Facts): string {
  const { losses, perhaps } = facts;
  const groups = facts.newcomers.filter(({ lost }) => lost > 0).map(({ group }) => group);
  const slots = `${facts.retaken} of ${losses.length + perhaps.length} freed slots re-taken`;
  if (groups.every((group) => isNamedCulprit(facts, group))) return slots;
  return `${slots} by ${listText(
    groups.map((group) => groupName(group)),
    1,
  )}`;
}

function most(facts: Facts): readonly string[] {
  // The largest group of the whole server may hold none of a limit's slots.
  if (facts.before !== null && facts.before.scope.kind !== 'server') return [];
  const top = facts.ranking?.groups[0];
  return top === undefined || isNamedCulprit(facts, top.group)
    ? []
    : [`${top.sessions} by ${groupName(top.group)}`];
}

function whoPaused({ record }: Facts): string {
  const pause = pauseIn(record.recall);
  if (pause === null) return 'A person';
  const by = authorName(pause.by);
  return by === BREAKER ? 'The breaker' : by;
}

function pausedPlan(facts: Facts): readonly string[] {
  return facts.losses.length === 0 ? [] : [`Without the pause it ${endedPhrase(facts)}`];
}

function tries({ record }: Facts): string {
  return counted(record.connecting.attempts, 'try', 'tries');
}
