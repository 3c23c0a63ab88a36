import { cleanName } from '../../core/base/clean-text.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import { stuckHolder } from '../../core/run/run-lock.ts';
import type { GroupUsage } from '../../core/server/rank-groups.ts';
import { refusalsIn } from '../../core/trigger/log-lines.ts';
import type { Facts } from '../base/facts.ts';
import { heldBySuperusers } from '../base/held-by-superusers.ts';
import { ageText, counted } from '../base/phrases.ts';
import { severityOf } from '../base/severity.ts';
import { otherAlarm, seenText } from './alarm-text.ts';
import { behind, causePhrase, isNamedCulprit, isOutsideSlots } from './cause-phrase.ts';
import { mayHaveSent } from './headline.ts';
import { lifeWords, pausedUntil } from './incident-life.ts';
import { problemWords } from './problem-words.ts';
import { isAboutLock } from './run-lock-text.ts';
import { fullness } from './slots-text.ts';
import { subjectOf } from './subject.ts';
import { middleCut, subjectName } from './subject-name.ts';

/** From this share of the slots on, in percent, a program is named although it is not the cause. */
const LEAST_SHARE = 34;
const MAX_SCOPE = 14;

/** The subject of the message about a run. */
export function subjectOfRun(facts: Facts, story: Story | null): string {
  const { server, outcome, mode } = facts.record;
  const paused = pausedUntil(story);
  return subjectOf({
    severity: severityOf(outcome, mode, isAboutLock(facts.record, story)),
    server,
    state: `${STATES[outcome](facts)}${paused === null ? '' : `, runs PAUSED ${paused}`}`,
    parts: (max) => {
      const [first, ...rest] = CAUSED[outcome](facts, max);
      return [...(first === undefined ? [] : [first]), ...lifeWords(story), ...rest];
    },
    observed: mode === 'observe',
  });
}

type State = (facts: Facts) => string;

const STATES: Readonly<Record<Outcome, State>> = {
  healthy: (facts) => `has room${figures(facts)}`,
  reaped: (facts) => `has room${figures(facts)}`,
  recovered: (facts) => (facts.hypothetical ? pressed(facts) : `recovered${figures(facts)}`),
  partial: (facts) => (facts.hypothetical ? pressed(facts) : `still ${pressed(facts)}`),
  refilled: (facts) => (isFull(facts) ? `FULL AGAIN${figures(facts)}` : `filling again${figures(facts)}`),
  'no-candidates': (facts) => pressed(facts),
  unexplained: (facts) =>
    otherAlarm(facts.record.trigger) === null
      ? `refusals, now${figures(facts)}`
      : `alarm, now${figures(facts)}`,
  busy: ({ record }) => (stuckHolder(record) === null ? 'another run is at work' : 'no run can act'),
  paused: (facts) => `${pressed(facts)}, runs PAUSED`,
  muted: () => 'trigger needs no action',
  stale: () => 'event too old, nothing done',
  off: () => 'switched off, nothing done',
  blind: () => 'NOT JUDGED',
  'cannot-connect': ({ record }) =>
    record.problem?.code === 'connect-full' ? 'FULL, no slot for us' : 'NOT REACHED',
  unverified: () => 'result NOT KNOWN',
  failed: (facts) => (mayHaveSent(facts) ? 'run FAILED midway' : 'run FAILED'),
};

type Parts = (facts: Facts, max: number) => readonly string[];

const nothing: Parts = () => [];
const withCause = (...more: readonly Parts[]): Parts => {
  return (facts, max) => [...causeOrHolder(facts, max), ...more.flatMap((parts) => parts(facts, max))];
};

const CAUSED: Readonly<Record<Outcome, Parts>> = {
  healthy: nothing,
  reaped: (facts, max) => [...ended(facts, max, 'old '), ...unchecked(facts)],
  recovered: withCause(ended, (facts) => unchecked(facts)),
  partial: withCause(ended, (facts) => unchecked(facts)),
  refilled: withCause((facts) => retaken(facts)),
  'no-candidates': withCause(({ record }) => [
    heldBySuperusers(record) ? 'no run ends sessions of superusers' : 'policy spares all',
  ]),
  unexplained: (facts, max) => {
    const { trigger } = facts.record;
    const alarm = otherAlarm(trigger);
    if (alarm !== null) return [seenText(alarm), `alarm ${cleanName(alarm.alarm, max)}`];
    const known = isOutsideSlots(facts.diagnosis) ? causePhrase(facts, max) : ['no pressure seen'];
    const times = trigger.kind === 'log-lines' ? [counted(refusalsIn(trigger.refused), 'refusal')] : [];
    return [...known, ...times];
  },
  busy: ({ record }) => {
    const holder = stuckHolder(record);
    return holder === null
      ? ['this one did nothing']
      : [`the lock of runs has been held for ${ageText(holder.openMs ?? 0)}`];
  },
  paused: withCause((facts) => wouldEnd(facts)),
  muted: nothing,
  stale: nothing,
  off: nothing,
  blind: (facts) => ['our role may not see other sessions', ...nothingEnded(facts)],
  'cannot-connect': (facts) => [
    ...problemOf(facts).filter((words) => words !== problemWords('connect-full')),
    counted(facts.record.connecting.attempts, 'try', 'tries'),
    ...nothingEnded(facts),
  ],
  unverified: (facts) => [
    `${counted(facts.record.attempts.length, 'session')} told to end`,
    ...problemOf(facts),
  ],
  failed: (facts) => [
    ...(mayHaveSent(facts) ? ['which sessions ended is not known'] : nothingEnded(facts)),
    ...problemOf(facts),
  ],
};

/** In mode `observe` the end of the subject says so. */
function nothingEnded({ record }: Facts): readonly string[] {
  return record.mode === 'observe' ? [] : ['nothing ended'];
}

function problemOf({ record }: Facts): readonly string[] {
  return record.problem === null ? [] : [problemWords(record.problem.code)];
}

/** ` 57/57`. Slots of the reserve are not counted: more than all slots would be a riddle. */
function figures({ before, after }: Facts): string {
  const latest = after ?? before;
  return latest === null ? '' : ` ${Math.min(latest.used, latest.usable)}/${latest.usable}`;
}

function isFull({ before, after }: Facts): boolean {
  const latest = after ?? before;
  return latest !== null && fullness(latest) === 'full';
}

/** `FULL 57/57`, `role app FULL 5/5`, `almost full 55/57`. */
function pressed(facts: Facts): string {
  const latest = facts.after ?? facts.before;
  if (latest === null) return 'under pressure';
  const words = fullness(latest);
  const { scope } = latest;
  const of = scope.kind === 'server' ? '' : `${scope.kind} ${middleCut(scope.name, MAX_SCOPE)} `;
  return `${of}${words === 'full' ? 'FULL' : words}${figures(facts)}`;
}

/** The cause with its program. Without a cause, a program that holds at least a third of the slots. */
function causeOrHolder(facts: Facts, max: number): readonly string[] {
  const known = causePhrase(facts, max);
  if (known.length > 0) return known;
  const top = holderOf(facts);
  if (top === null) return [];
  const name = subjectName(top.group, max);
  return name === null ? [] : [`${top.sessions} by ${name}`];
}

/** The largest program, when it is to be named. The largest one of the server may hold none of a limit's slots. */
function holderOf({ ranking, before }: Facts): GroupUsage | null {
  const [top] = ranking?.groups ?? [];
  return top !== undefined && before?.scope.kind === 'server' && holdsMuch(top) ? top : null;
}

function holdsMuch({ sharePercent }: GroupUsage): boolean {
  return sharePercent !== null && sharePercent >= LEAST_SHARE;
}

/** `11 idle sessions ended`. A program is named when it is not yet, and is to blame or holds a third. */
function ended(facts: Facts, max: number, adjective = ''): readonly string[] {
  const { losses, perhaps, hypothetical } = facts;
  if (hypothetical) return wouldEnd(facts);
  const idle = losses.every(({ session }) => session.state === 'idle') ? 'idle ' : '';
  const sessions = `${counted(losses.length, `${adjective}${idle}session`)}${ofProgram(facts, max)} ended`;
  if (losses.length > 0) return [sessions, ...(perhaps.length > 0 ? [`perhaps ${perhaps.length} more`] : [])];
  return [perhaps.length > 0 ? `perhaps ${perhaps.length} ended` : 'no session ended'];
}

function ofProgram(facts: Facts, max: number): string {
  const [first, ...others] = facts.lossesByGroup;
  if (causePhrase(facts, max).length === 0 && holderOf(facts)?.group === first?.group) return '';
  if (first === undefined || others.length > 0 || isNamedCulprit(facts, first.group)) return '';
  const isBlamed =
    facts.diagnosis !== null && behind(facts.diagnosis).some(({ usage }) => usage.group === first.group);
  const usage = facts.ranking?.groups.find(({ group }) => group === first.group);
  const name = isBlamed || (usage !== undefined && holdsMuch(usage)) ? subjectName(first.group, max) : null;
  return name === null ? '' : ` of ${name}`;
}

function wouldEnd({ losses }: Facts): readonly string[] {
  return losses.length === 0 ? [] : [`would end ${counted(losses.length, 'session')}`];
}

function retaken({ retaken: count, losses, perhaps }: Facts): readonly string[] {
  return [`${count} of ${losses.length + perhaps.length} taken again`];
}

function unchecked({ hypothetical, record }: Facts): readonly string[] {
  const isUnchecked =
    !hypothetical && record.attempts.length > 0 && !record.readings.some(({ phase }) => phase === 'settled');
  return isUnchecked ? ['not checked again'] : [];
}
