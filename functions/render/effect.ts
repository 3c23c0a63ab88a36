import type { Taker } from '../core/diagnosis.ts';
import type { Pressure } from '../core/slots.ts';
import { type Facts, pressureAt } from './facts.ts';
import { type Column, row, type Section, wrap } from './layout.ts';
import { counted, groupName, listText, scopeText } from './words.ts';

const COLUMNS_OF_EFFECT: readonly Column[] = [
  { width: 40, align: 'left' },
  { width: 8, align: 'right' },
  { width: 8, align: 'right' },
  { width: 8, align: 'right' },
];

/** Did it work: slots before, after ending sessions, and after settling; and who took what came free. */
export function effect(facts: Facts): Section {
  const { record, hypothetical } = facts;
  const { plan, attempts, readings } = record;
  const title = 'DID IT WORK';
  if (hypothetical || plan === null || attempts.length === 0) return { title, lines: [] };
  if (readings.length === 0)
    return { title, lines: wrap('Not known: the run broke off before it could read again.') };
  return {
    title,
    lines: [
      row(COLUMNS_OF_EFFECT, ['slots used', 'before', 'ended', 'settled']),
      ...plan.pressure.map((before) => effectRow(facts, before)),
      ...takerLines(facts),
    ],
  };
}

function effectRow({ record }: Facts, before: Pressure): string {
  const usedAt = (phase: 'verified' | 'settled') => {
    const reading = record.readings.findLast((each) => each.phase === phase);
    return String(pressureAt(reading?.pressure, before)?.used ?? '?');
  };
  const whose = `${scopeText(before.scope)}, of ${before.usable}`;
  return row(COLUMNS_OF_EFFECT, [whose, String(before.used), usedAt('verified'), usedAt('settled')]);
}

function takerLines({ record, takers, retaken, losses, after }: Facts): readonly string[] {
  if (!record.readings.some(({ phase }) => phase === 'settled')) return [];
  const [retakers, others] = [takers.filter(({ lost }) => lost > 0), takers.filter(({ lost }) => lost === 0)];
  const count = `${retaken} of ${counted(losses.length, 'freed slot')} re-taken`;
  const texts = [
    retakers.length === 0
      ? 'No freed slot was re-taken.'
      : `${count}: ${listText(retakers.map(retakerText))}.`,
    ...(others.length === 0 ? [] : [`Got in since: ${listText(others.map(newcomerText))}.`]),
    ...(after !== null && after.need > 0 ? [`${counted(after.need, 'slot')} still to free.`] : []),
  ];
  return wrap(texts.join(' '));
}

function retakerText({ group, lost, came }: Taker): string {
  return `${groupName(group)} lost ${lost} and opened ${came}`;
}

function newcomerText({ group, came }: Taker): string {
  return `${groupName(group)} ${came}`;
}
