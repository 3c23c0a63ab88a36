import { cleanName } from '../../core/base/clean-text.ts';
import type { GroupUsage } from '../../core/server/rank-groups.ts';
import { IDLE_STATES } from '../../core/server/session.ts';
import type { Facts } from '../base/facts.ts';
import { ageText, counted, ownerOf } from '../base/phrases.ts';
import { chart, figure, legend, numbers, type Series, TEXT } from './chart.ts';
import { type Html, html } from './html.ts';
import { groupCell, htmlTable } from './html-table.ts';

/** Bars that fit on a phone's screen. One more bar sums up the rest, and the table has all. */
const MOST_BARS = 8;
const TOP = 4;
const AXIS = 26;

const KINDS = [
  {
    kind: 'busy',
    color: 'var(--busy)',
    has: (state: string | null) => state === 'active' || state === 'fastpath function call',
  },
  { kind: 'idle', color: 'var(--idle)', has: (state: string | null) => state === 'idle' },
  {
    kind: 'idle in transaction',
    color: 'var(--in-tx)',
    has: (state: string | null) => state !== 'idle' && IDLE_STATES.some((idle) => idle === state),
  },
] as const;
const OTHER = { kind: 'other or unknown', color: 'var(--other)' } as const;

/** The content of one bar. */
type Bar = { readonly name: string; readonly counts: readonly number[]; readonly total: number };

/** Which programs held the slots in the first snapshot, by application and state. */
export function holdersChart({ ranking }: Facts): Html | null {
  if (ranking === null || ranking.used === 0) return null;
  const { groups, hidden, usable } = ranking;
  const bars = barsOf(groups, hidden);
  const kinds = [...KINDS, OTHER].filter((_, at) => bars.some(({ counts }) => (counts[at] ?? 0) > 0));
  const said = `Slots held: ${bars.map(({ name, total }) => `${name.replace('\n', ', ')} ${total}`).join('; ')}.`;
  const drawn = chart('holders', said, (width) => ({
    height: TOP + bars.length * rowHeight + AXIS,
    option: {
      grid: { left: width > 500 ? 190 : 122, right: width > 500 ? 92 : 80, top: TOP, bottom: AXIS },
      xAxis: numbers(Math.max(...bars.map(({ total }) => total))),
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map(({ name }) => name),
        axisLabel: {
          ...TEXT,
          lineHeight: 15,
          margin: 10,
          width: width > 500 ? 178 : 110,
          overflow: 'truncate',
          interval: 0,
        },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      series: [...kinds.map((kind) => seriesOf(kind, bars)), totals(bars, usable)],
    },
  }));
  return figure(
    html`By application and state`,
    drawn,
    legend(kinds.map(({ kind, color }) => ({ color, text: kind }))),
    holdersTable(groups, hidden),
  );
}

const rowHeight = 40;

function barsOf(groups: readonly GroupUsage[], hidden: number): readonly Bar[] {
  const shown = groups.length > MOST_BARS + 1 ? groups.slice(0, MOST_BARS) : groups;
  const rest = groups.slice(shown.length);
  return [
    ...shown.map((usage) => barOf(`${cleanName(usage.group.application)}\n${ownerOf(usage.group)}`, [usage])),
    ...(rest.length > 0 ? [barOf(counted(rest.length, 'more program'), rest)] : []),
    ...(hidden > 0 ? [{ name: 'hidden from our role', counts: [0, 0, 0, hidden], total: hidden }] : []),
  ];
}

function barOf(name: string, usages: readonly GroupUsage[]): Bar {
  const states = usages.flatMap((each) => each.states);
  const total = usages.reduce((sum, { sessions }) => sum + sessions, 0);
  const counts = KINDS.map(({ has }) =>
    states.reduce((sum, { state, count }) => sum + (has(state) ? count : 0), 0),
  );
  return { name, total, counts: [...counts, total - counts.reduce((sum, count) => sum + count, 0)] };
}

function seriesOf(
  { kind, color }: { readonly kind: string; readonly color: string },
  bars: readonly Bar[],
): Series {
  const at = [...KINDS, OTHER].findIndex((each) => each.kind === kind);
  return {
    type: 'bar',
    stack: 'slots',
    barWidth: 18,
    itemStyle: { color },
    data: bars.map(({ counts }) => counts[at] ?? 0),
  };
}

/** Invisible bars of length zero at the end of the others. Their labels are the sums. */
function totals(bars: readonly Bar[], usable: number): Series {
  return {
    type: 'bar',
    stack: 'slots',
    data: bars.map(() => 0),
    label: {
      ...TEXT,
      show: true,
      position: 'right',
      formatter: ({ dataIndex }) => {
        const total = bars[dataIndex]?.total ?? 0;
        return usable > 0 ? `${total} · ${Math.round((total * 100) / usable)} %` : String(total);
      },
    },
  };
}

function holdersTable(groups: readonly GroupUsage[], hidden: number): Html {
  const rows = groups.map(({ group, sessions, sharePercent, states, addresses, oldestIdleMs }) => [
    groupCell(group),
    sessions,
    sharePercent === null ? '' : `${sharePercent} %`,
    states.map(({ state, count }) => `${count} ${cleanName(state ?? 'of unknown state')}`).join(', '),
    addressText(addresses),
    oldestIdleMs === null ? '' : ageText(oldestIdleMs),
  ]);
  const unseen = hidden > 0 ? [['hidden from our role', hidden, '', '', '', '']] : [];
  return htmlTable(
    ['application', '#slots', '#share', 'states', 'from', '#longest idle'],
    [...rows, ...unseen],
  );
}

function addressText({ count, first }: GroupUsage['addresses']): string {
  const names = first.map((address) => (address === '' ? 'unknown' : cleanName(address)));
  const more = count - first.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
