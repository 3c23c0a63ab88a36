import { cleanMessage, cleanName } from '../core/clean-text.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Trigger } from '../core/trigger.ts';
import type { Facts } from './facts.ts';
import { type Section, wrap } from './layout.ts';
import { counted, scopeText, thresholdText, timeText } from './words.ts';

export function whatHappened(facts: Facts): Section {
  const { record } = facts;
  const { problem, snapshot, trigger } = record;
  return {
    title: 'WHAT HAPPENED',
    lines: [
      ...wrap(triggerText(trigger)),
      ...(snapshot === null ? [] : wrap(slotsText(facts, snapshot))),
      ...limitTexts(facts).flatMap((text) => wrap(text)),
      ...(problem === null ? [] : wrap(cleanMessage(problem.message))),
    ],
  };
}

export function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'alarm': {
      const { alarm, at, state, suppressedBy } = trigger;
      const meaning = state === 'ALARM' ? 'clients refused' : `it went to ${state}`;
      const suppressed = suppressedBy === null ? '' : `, actions suppressed by ${cleanName(suppressedBy)}`;
      return `Alarm ${cleanName(alarm, 100)}, ${timeText(at)}: ${meaning}${suppressed}.`;
    }
    case 'schedule':
      return `Scheduled sweep${timeOf(trigger)}.`;
    case 'manual':
      return `Started by hand${timeOf(trigger)}.`;
    default: {
      const never: never = trigger;
      return never;
    }
  }
}

function timeOf({ at }: { readonly at: string | null }): string {
  return at === null ? '' : `, ${timeText(at)}`;
}

/** Without a plan nobody has counted yet what is used. */
function slotsText({ record, ranking }: Facts, { slots }: Snapshot): string {
  const server = record.plan?.pressure.find(({ scope }) => scope.kind === 'server');
  const [used, usable] = [server?.used ?? ranking?.used, server?.usable ?? ranking?.usable];
  const reserved = slots.superuserReserved + slots.reserved + slots.providerReserved;
  const total = `max_connections ${slots.max}, ${reserved} reserved`;
  if (used === undefined || usable === undefined) return `Slots: ${total}.`;
  const eaten = used > usable ? `, the reserve is being eaten by ${used - usable}` : '';
  const free = Math.max(0, usable - used);
  return `Slots: ${used} of ${usable} usable in use, ${free} free${eaten} (${total}). ${targetText(record, server?.need ?? 0)}`;
}

function targetText({ policy, plan }: Facts['record'], need: number): string {
  if (plan === null) return '';
  const { when, until } = policy.relieve;
  const compare = when.unit === 'usedPercent' ? 'from' : 'below';
  if (need === 0) return `Pressure begins ${compare} ${thresholdText(when)}.`;
  return `Pressure ${compare} ${thresholdText(when)}, relieved at ${thresholdText(until)}: ${counted(need, 'slot')} to free.`;
}

function limitTexts({ record }: Facts): readonly string[] {
  const limits = record.plan?.pressure.filter(({ scope }) => scope.kind !== 'server') ?? [];
  return limits.map(
    ({ scope, used, usable, need }) =>
      `CONNECTION LIMIT of ${scopeText(scope)}: ${used} of ${usable} in use, ${counted(need, 'slot')} to free.`,
  );
}
