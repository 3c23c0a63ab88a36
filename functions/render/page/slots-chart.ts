import { largestNeeds } from '../../core/plan/largest-needs.ts';
import { marksOf } from '../../core/plan/pressure.ts';
import type { Pressure } from '../../core/server/slots.ts';
import { type Facts, pressureAt } from '../base/facts.ts';
import { moreLimitsText, scopeText } from '../base/phrases.ts';
import { chart, figure, INK, legend, numbers, TEXT } from './chart.ts';
import { type Html, html } from './html.ts';
import { htmlTable } from './html-table.ts';

type Moment = { readonly name: string; readonly used: number };

const TOP = 8;
const ROW = 34;
const AXIS = 26;

/**
 * The slots at each read, with the server's limit and the policy's thresholds. There is one chart for each of
 * the scopes with most need.
 */
export function slotsCharts(facts: Facts): readonly Html[] {
  const { first, more } = largestNeeds(facts.record.plan?.pressure ?? []);
  const charts = first.map((before, at) => slotsChart(facts, before, `slots-${at}`));
  return [...charts, ...moreLimitsText(more).map((text) => html`<p class="faint">${text}</p>`)];
}

function slotsChart(facts: Facts, before: Pressure, id: string): Html {
  const { usable } = before;
  const { pressureFrom, relievedAt } = marksOf(before, facts.record.policy);
  const moments = momentsOf(facts, before);
  const ofScope = before.scope.kind === 'server' ? '' : ` of ${scopeText(before.scope)}`;
  const said = `Slots${ofScope} in use, of ${usable} usable: ${moments.map(({ name, used }) => `${name} ${used}`).join(', ')}. Pressure from ${pressureFrom}, relief down to ${relievedAt}.`;
  const drawn = chart(id, said, (width) => ({
    height: TOP + moments.length * ROW + AXIS,
    option: {
      grid: { left: width > 500 ? 118 : 108, right: 34, top: TOP, bottom: AXIS },
      xAxis: numbers(Math.max(usable, ...moments.map(({ used }) => used))),
      yAxis: {
        type: 'category',
        inverse: true,
        data: moments.map(({ name }) => name),
        axisLabel: { ...TEXT, margin: 10 },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      series: [
        {
          type: 'bar',
          barWidth: 18,
          data: moments.map(({ used }) => ({
            value: used,
            itemStyle: { color: colorOf(used, pressureFrom, relievedAt), borderRadius: [0, 3, 3, 0] },
          })),
          label: { ...TEXT, show: true, position: 'right', fontWeight: 'bold' },
          markLine: {
            symbol: 'none',
            silent: true,
            label: { show: false },
            data: [
              { xAxis: usable, lineStyle: { color: INK, type: 'solid', width: 1.5 } },
              { xAxis: pressureFrom, lineStyle: { color: 'var(--bad)', type: 'dashed', width: 1.5 } },
              { xAxis: relievedAt, lineStyle: { color: 'var(--good)', type: 'dashed', width: 1.5 } },
            ],
          },
        },
      ],
    },
  }));
  const keys = legend([
    { color: INK, text: `${usable} usable`, line: 'solid' },
    { color: 'var(--bad)', text: `pressure from ${pressureFrom}`, line: 'dashed' },
    { color: 'var(--good)', text: `relief down to ${relievedAt}`, line: 'dashed' },
  ]);
  const numbersTable = htmlTable(
    ['when', '#used', '#free', '#of usable'],
    moments.map(({ name, used }) => [name, used, Math.max(0, usable - used), percentText(used, usable)]),
  );
  const caption = html`Slots${ofScope} in use`;
  return figure(caption, drawn, keys, numbersTable);
}

function percentText(used: number, usable: number): string {
  return usable > 0 ? `${Math.round((used * 100) / usable)} %` : '';
}

function colorOf(used: number, pressureFrom: number, relievedAt: number): string {
  if (used >= pressureFrom) return 'var(--full)';
  return used <= relievedAt ? 'var(--relieved)' : 'var(--between)';
}

/** The reads of the run. For an observing run, its read and the result that it expects. */
function momentsOf(facts: Facts, before: Pressure): readonly Moment[] {
  const { record, hypothetical, losses } = facts;
  const seen = record.readings.flatMap(({ phase, pressure }): readonly Moment[] => {
    const then = pressureAt(pressure, before);
    return then === null
      ? []
      : [{ name: phase === 'verified' ? 'after ending' : 'after settling', used: then.used }];
  });
  const serving = losses.filter(
    ({ reason }) => before.scope.kind === 'server' || reason?.serves.some((scope) => scope === before.scope),
  );
  const expected =
    hypothetical && losses.length > 0 ? [{ name: 'expected after', used: before.used - serving.length }] : [];
  return [
    { name: seen.length > 0 || expected.length > 0 ? 'before' : 'snapshot', used: before.used },
    ...seen,
    ...expected,
  ];
}
