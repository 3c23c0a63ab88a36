import { cleanName } from '../../core/base/clean-text.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import { pauseIn } from '../../core/run/pause.ts';
import type { Facts } from '../base/facts.ts';
import { counted, groupName, listText, usedText } from '../base/phrases.ts';
import { otherAlarm, seenText } from './alarm-text.ts';
import { causePhrase, isNamedCulprit } from './cause-phrase.ts';
import { endedPhrase } from './ended-phrase.ts';
import { heldBySuperusers } from './held-by-superusers.ts';
import { OBSERVED } from './observed.ts';
import { busyHeadline } from './run-lock-text.ts';
import { unsettledSubject, unsettledText, unverifiedReason, unverifiedText } from './unverified-text.ts';

/** The answer: the parts of a subject, which may need short names, and the first sentence of a message. */
type Headline = {
  readonly subject: (maxName: number) => readonly string[];
  readonly sentence: string;
};

/** The wording for each outcome: its word, and the parts after it. */
export function headlineOf(facts: Facts): Headline {
  const { outcome, mode } = facts.record;
  const wording: Wording = WORDINGS[outcome];
  const observed = mode === 'observe' ? [OBSERVED] : [];
  return {
    subject: (max) => [...observed, ...wording(facts, max).subject],
    sentence: wording(facts).sentence,
  };
}

/** The record of a run that broke off lacks the attempts without an answer. */
export function mayHaveSent({ record, hypothetical }: Facts): boolean {
  return !hypothetical && (record.plan?.victims.length ?? 0) > 0;
}

type Wording = (
  facts: Facts,
  maxName?: number,
) => { readonly subject: readonly string[]; readonly sentence: string };

const fixed =
  (word: string, sentence: string): Wording =>
  () => ({ subject: [word], sentence });

const WORDINGS: Readonly<Record<Outcome, Wording>> = {
  healthy: (facts, max) => ({
    subject: ['healthy', ...used(facts, max)],
    sentence: `healthy. ${sentences(used(facts))}`,
  }),
  reaped: (facts, max) => ({
    subject: [
      endedPhrase(facts, max, 'old '),
      'no pressure',
      ...unsettledSubject(facts),
      ...used(facts, max),
    ],
    sentence: `no pressure. ${sentences([endedPhrase(facts, undefined, 'old '), ...change(facts), ...unsettledText(facts)])}`,
  }),
  recovered: (facts, max) => ({
    subject: [
      ...(facts.hypothetical ? [] : ['recovered']),
      ...causePhrase(facts, max),
      endedPhrase(facts, max),
      ...unsettledSubject(facts),
      ...used(facts, max),
    ],
    sentence: `${facts.hypothetical ? 'under pressure' : 'recovered'}. ${sentences([...causePhrase(facts), endedPhrase(facts), ...change(facts), ...unsettledText(facts)])}`,
  }),
  partial: (facts, max) => ({
    subject: [
      'still under pressure',
      ...causePhrase(facts, max),
      endedPhrase(facts, max),
      ...unsettledSubject(facts),
      ...used(facts, max),
    ].slice(facts.hypothetical ? 1 : 0),
    sentence: `${facts.hypothetical ? '' : 'still '}under pressure. ${sentences([...causePhrase(facts), tooFewEnded(facts), ...change(facts), ...unsettledText(facts)])}`,
  }),
  refilled: (facts, max) => ({
    subject: ['filled up again', ...causePhrase(facts, max), retaken(facts, max), ...used(facts, max)],
    sentence: `filled up again. ${sentences([...causePhrase(facts), endedPhrase(facts), retaken(facts), ...change(facts), ...unsettledText(facts)])}`,
  }),
  'no-candidates': (facts, max) => ({
    subject: [
      'under pressure',
      ...causePhrase(facts, max),
      heldBySuperusers(facts.record) ? 'no run ends sessions of superusers' : 'policy spares all sessions',
      ...used(facts, max),
      ...most(facts, max),
    ],
    sentence: `under pressure. ${sentences([...causePhrase(facts), [...used(facts), ...most(facts)].join(', '), heldBySuperusers(facts.record) ? 'superusers hold the slots, and no run ends their sessions' : 'the policy spares all sessions'])}`,
  }),
  unexplained: (facts, max) => ({
    subject: [
      wentOff(facts, max) ?? 'clients were refused',
      ...orElse(causePhrase(facts, max), 'no pressure seen'),
      ...used(facts, max),
    ],
    sentence: `unexplained. ${sentences([`${wentOff(facts) ?? 'Clients were refused'}, but nothing here is under pressure`, ...causePhrase(facts), ...used(facts)])}`,
  }),
  busy: ({ record }) => busyHeadline(record),
  paused: (facts, max) => ({
    subject: ['paused, nothing ended', ...causePhrase(facts, max), ...used(facts, max)],
    sentence: `paused. ${sentences([`${whoPaused(facts)} paused it, so this run only looked`, ...causePhrase(facts), ...used(facts), ...pausedPlan(facts)])}`,
  }),
  muted: fixed('trigger needs no action', 'nothing to do. The trigger needs no action.'),
  stale: fixed('event too old, nothing done', 'nothing done. The event was too old to act on.'),
  off: fixed(
    'switched off, nothing done',
    "switched off. The policy's mode is off: nothing was read or done.",
  ),
  blind: fixed(
    'blind, nothing ended, our role may not see other sessions',
    'blind. Our role may not see other sessions, so nothing was ended.',
  ),
  'cannot-connect': (facts) => ({
    subject: [`could not connect in ${tries(facts)}, nothing ended`, ...problem(facts)],
    sentence: `could not connect in ${tries(facts)}. Nothing was ended.`,
  }),
  unverified: (facts) => ({
    subject: [`${unverifiedText(facts)} told to end, result not known`, ...problem(facts)],
    sentence: `result not known. ${unverifiedText(facts)} were told to end, then ${unverifiedReason(facts)}.`,
  }),
  failed: (facts) =>
    mayHaveSent(facts)
      ? {
          subject: ['run failed while ending sessions', ...problem(facts)],
          sentence: 'the run failed while ending sessions. Which of them ended is not known.',
        }
      : {
          subject: ['run failed, nothing ended', ...problem(facts)],
          sentence: 'the run failed. Nothing was ended.',
        },
};

/** An alarm about another metric does not tell whether clients were refused. */
function wentOff({ record }: Facts, max?: number): string | null {
  const alarm = otherAlarm(record.trigger);
  return alarm === null ? null : `alarm ${cleanName(alarm.alarm, max ?? 100)} went off (${seenText(alarm)})`;
}

function orElse(known: readonly string[], otherwise: string): readonly string[] {
  return known.length > 0 ? known : [otherwise];
}

function used({ before, after }: Facts, max?: number): readonly string[] {
  const latest = after ?? before;
  return latest === null ? [] : [usedText(latest, max)];
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

function retaken(facts: Facts, max?: number): string {
  const { losses, perhaps } = facts;
  const groups = facts.newcomers.filter(({ lost }) => lost > 0).map(({ group }) => group);
  const slots = `${facts.retaken} of ${losses.length + perhaps.length} freed slots re-taken`;
  if (groups.every((group) => isNamedCulprit(facts, group))) return slots;
  return `${slots} by ${listText(
    groups.map((group) => groupName(group, max)),
    1,
  )}`;
}

function most(facts: Facts, max?: number): readonly string[] {
  // The largest group of the whole server may hold none of a limit's slots.
  if (facts.before !== null && facts.before.scope.kind !== 'server') return [];
  const top = facts.ranking?.groups[0];
  return top === undefined || isNamedCulprit(facts, top.group)
    ? []
    : [`${top.sessions} by ${groupName(top.group, max)}`];
}

function whoPaused({ record }: Facts): string {
  const pause = pauseIn(record.recall);
  if (pause === null) return 'A person';
  return pause.until ? 'The breaker' : cleanName(pause.by);
}

function pausedPlan(facts: Facts): readonly string[] {
  return facts.losses.length === 0 ? [] : [`Without the pause it ${endedPhrase(facts)}`];
}

function tries({ record }: Facts): string {
  return counted(record.connecting.attempts, 'try', 'tries');
}

function problem({ record }: Facts): readonly string[] {
  return record.problem === null ? [] : [record.problem.code];
}

/** Each part as a sentence. No part begins with a name. */
function sentences(parts: readonly string[]): string {
  return parts.map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}.`).join(' ');
}
