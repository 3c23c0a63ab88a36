import { largestNeeds } from '../../core/plan/largest-needs.ts';
import { type Newcomers, settledReading } from '../../core/run/newcomers.ts';
import type { Reading } from '../../core/run/record.ts';
import type { Pressure } from '../../core/server/slots.ts';
import { type Facts, pressureAt } from '../base/facts.ts';
import { type Column, row, type Section, wrap } from '../base/layout.ts';
import { counted, groupName, listText, moreLimitsText, scopeText } from '../base/phrases.ts';

const COLUMNS_OF_EFFECT: readonly Column[] = [
  { width: 40, align: 'left' },
  { width: 8, align: 'right' },
  { width: 8, align: 'right' },
  { width: 8, align: 'right' },
];

const NOT_SEEN = '?';
const NOT_SETTLED = 'The run stopped before it could see which programs took the freed slots.';
const NOT_KEPT = 'The record was too large to keep which programs took slots.';
const NOT_READ = 'Not known: the run stopped before it could check.';

/**
 * Whether it worked: the slots before, after the terminations and after settling, and which programs took the
 * freed slots.
 */
export function effect(facts: Facts): Section {
  const { record, hypothetical } = facts;
  const { plan, attempts, readings } = record;
  const title = 'DID IT WORK';
  if (hypothetical || plan === null || attempts.length === 0) return { title, lines: [] };
  if (readings.length === 0) return { title, lines: wrap(NOT_READ) };
  const { first, more } = largestNeeds(plan.pressure);
  return {
    title,
    lines: [
      row(COLUMNS_OF_EFFECT, ['slots used', 'before', 'ended', 'settled']),
      ...first.map((before) => effectRow(facts, before)),
      ...moreLimitsText(more).flatMap((text) => wrap(text)),
      ...wrap(newcomerTexts(facts).join(' ')),
    ],
  };
}

function effectRow(facts: Facts, before: Pressure): string {
  const scope = `${scopeText(before.scope)}, of ${before.usable}`;
  const later = [usedAt('verified', facts, before), usedAt('settled', facts, before)];
  return row(COLUMNS_OF_EFFECT, [scope, String(before.used), ...later]);
}

function usedAt(phase: Reading['phase'], { record }: Facts, before: Pressure): string {
  const reading = record.readings.findLast((each) => each.phase === phase);
  return String(pressureAt(reading?.pressure, before)?.used ?? NOT_SEEN);
}

function newcomerTexts(facts: Facts): readonly string[] {
  const { record, newcomers, after } = facts;
  if (settledReading(record) === null) return record.outcome === 'unverified' ? [] : [NOT_SETTLED];
  const others = newcomers.filter(({ lost }) => lost === 0);
  return [
    retakenText(facts),
    ...(others.length === 0 ? [] : [`Since then ${listText(others.map(newcomerText))} got in.`]),
    ...(after !== null && after.need > 0
      ? [`${counted(after.need, 'slot is', 'slots are')} still missing.`]
      : []),
  ];
}

function retakenText({ record, reduced, newcomers, retaken, losses, perhaps }: Facts): string {
  const count = `${retaken} of ${counted(losses.length + perhaps.length, 'freed slot')} ${retaken === 1 ? 'was' : 'were'} re-taken`;
  if (reduced.includes('spared sessions'))
    return settledReading(record)?.retaken === undefined ? NOT_KEPT : `${count}. ${NOT_KEPT}`;
  const retakers = newcomers.filter(({ lost }) => lost > 0);
  return retakers.length === 0
    ? 'The freed slots were not re-taken.'
    : `${count}: ${listText(retakers.map(retakerText))}.`;
}

function retakerText({ group, lost, came }: Newcomers): string {
  return `${groupName(group)} lost ${lost} and opened ${came}`;
}

function newcomerText({ group, came }: Newcomers): string {
  return `${counted(came, 'client')} of ${groupName(group)}`;
}
