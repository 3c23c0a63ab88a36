import { cleanMessage, cleanName } from '../../core/base/clean-text.ts';
import { largestNeeds } from '../../core/plan/largest-needs.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';
import { aheadMs, type NoticeTrigger, type Trigger } from '../../core/trigger/trigger.ts';
import type { Facts } from '../base/facts.ts';
import { HELD_BY_SUPERUSERS, heldBySuperusers } from '../base/held-by-superusers.ts';
import { type Section, wrap } from '../base/layout.ts';
import { ageText, counted, moreLimitsText, scopeText, thresholdText, timeText } from '../base/phrases.ts';
import { alarmText } from './alarm-text.ts';
import { memoryTexts } from './memory-text.ts';
import { refusedText } from './refused-text.ts';
import { lockTexts } from './run-lock-text.ts';

export function whatHappened(facts: Facts): Section {
  return { title: 'WHAT HAPPENED', lines: happenedTexts(facts).flatMap((text) => wrap(text)) };
}

export function happenedTexts(facts: Facts): readonly string[] {
  const { record } = facts;
  const { problem, snapshot, trigger, why, startedAt } = record;
  return [
    triggerText(trigger),
    clockDifference(aheadMs(trigger, Date.parse(startedAt))),
    ...(why === null ? [] : [cleanName(why, 600)]),
    ...(snapshot === null ? [] : [slotsText(facts, snapshot)]),
    ...limitTexts(facts),
    ...memoryTexts(record),
    ...lockTexts(record),
    ...(problem === null ? [] : [cleanMessage(problem.message)]),
  ];
}

export function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'alarm': {
      const { alarm, at, state, contributor } = trigger;
      const meaning = state === 'ALARM' ? alarmText(trigger) : `it went to ${state}`;
      const part = contributor === null ? '' : ` (${cleanName(contributor, 200)})`;
      return `Alarm ${cleanName(alarm, 100)}${part}, ${timeText(at)}: ${meaning}.`;
    }
    case 'log-lines':
      return refusedText(trigger);
    case 'schedule':
      return `Scheduled sweep${timeOf(trigger)}.`;
    case 'manual':
      return `Started by hand${timeOf(trigger)}.`;
    case 'notice':
      return NOTICES[trigger.notice];
    default: {
      const never: never = trigger;
      return never;
    }
  }
}

const NOTICES: Readonly<Record<NoticeTrigger['notice'], string>> = {
  heartbeat: 'Heartbeat.',
  control: 'Control message of CloudWatch Logs.',
  'own-message': 'A message or a result of our own.',
};

export function clockDifference(ahead: number): string {
  if (ahead === 0) return '';
  return `The event is dated ${ageText(ahead)} ahead of this run: one of the two clocks is wrong.`;
}

function timeOf({ at }: { readonly at: string | null }): string {
  return at === null ? '' : `, ${timeText(at)}`;
}

/** Without a plan the used slots were not counted. */
function slotsText({ record, ranking }: Facts, { slots, server: { flavor } }: Snapshot): string {
  const server = record.plan?.pressure.find(({ scope }) => scope.kind === 'server');
  const [used, usable] = [server?.used ?? ranking?.used, server?.usable ?? ranking?.usable];
  const reserved = slots.superuserReserved + slots.reserved + slots.providerReserved;
  const total =
    flavor === 'gaussdb'
      ? `max_connections ${slots.max - reserved}, and ${reserved} for administrators`
      : `max_connections ${slots.max}, ${reserved} reserved`;
  if (used === undefined || usable === undefined) return `Slots: ${total}.`;
  return `${takenText(used, usable)} (${total}). ${targetText(record, server?.need ?? 0)}`;
}

function takenText(used: number, usable: number): string {
  if (used < usable)
    return `${used} of ${counted(usable, 'usable slot')} ${used === 1 ? 'is' : 'are'} taken, ${usable - used} ${usable - used === 1 ? 'is' : 'are'} free`;
  const reserve = used > usable ? ` and ${used - usable} of the reserve` : '';
  if (usable === 1) return `The only usable slot${reserve} ${reserve === '' ? 'is' : 'are'} taken`;
  return `All ${Math.max(0, usable)} usable slots${reserve} are taken`;
}

function targetText(record: Facts['record'], need: number): string {
  const { policy, plan } = record;
  if (plan === null) return '';
  if (heldBySuperusers(record)) return HELD_BY_SUPERUSERS;
  const { when, until } = policy.relieve;
  const compare = when.unit === 'usedPercent' ? 'from' : 'below';
  const acts = `The policy acts ${compare} ${thresholdText(when)}`;
  if (need === 0) return `${acts}.`;
  const goal = until.unit === 'usedPercent' ? 'down' : 'up';
  const least = until.unit === when.unit ? thresholdText(until).replace(/ used$/, '') : thresholdText(until);
  return `${acts} and frees ${goal} to ${least}: ${counted(need, 'slot')}.`;
}

function limitTexts({ record }: Facts): readonly string[] {
  const { first, more } = largestNeeds(record.plan?.pressure ?? []);
  const texts = first
    .filter(({ scope }) => scope.kind !== 'server')
    .map(
      ({ scope, used, usable, need }) =>
        `CONNECTION LIMIT of ${scopeText(scope)}: ${used} of ${counted(usable, 'slot')} ${used === 1 ? 'is' : 'are'} taken, ${need} to free.`,
    );
  return [...texts, ...moreLimitsText(more)];
}
