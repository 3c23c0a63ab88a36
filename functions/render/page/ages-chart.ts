import { IDLE_STATES, identityOf, type Session, takesSlot } from '../../core/server/session.ts';
import { ownSessions } from '../../core/server/snapshot.ts';
import type { Facts } from '../base/facts.ts';
import { ageText } from '../base/phrases.ts';
import { chart, figure, INK, legend, numbers, type Series, TEXT } from './chart.ts';
import { type Html, html } from './html.ts';
import { htmlTable } from './html-table.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The limits between the columns, in addition to the ages of the rungs. */
const EDGES = [
  0,
  10 * SECOND,
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  24 * HOUR,
];

/** One column counts ages from `fromMs` up to the next column's. */
type Column = { readonly fromMs: number; readonly ended: number; readonly stays: number };

const HEIGHT = 210;
const IDLE: ReadonlySet<string | null> = new Set(IDLE_STATES);

/** How long the idle sessions had been idle, with the ages of the rungs. */
export function agesChart(facts: Facts): Html | null {
  const { record, ranking, hypothetical } = facts;
  if (ranking === null || record.snapshot === null) return null;
  const isOwn = ownSessions(record.snapshot);
  const idle = record.snapshot.sessions.filter(
    (session) =>
      takesSlot(session) && !isOwn(session) && IDLE.has(session.state) && session.stateAgeMs !== null,
  );
  if (idle.length === 0) return null;
  const rungs = record.policy.relieve.ladder.map(({ minAgeMs }) => minAgeMs);
  const ended = new Set(facts.losses.map(({ session }) => identityOf(session)));
  const columns = columnsOf(idle, rungs, (session) => ended.has(identityOf(session)));
  const word = hypothetical ? 'would end' : 'ended';
  const said = `Idle sessions by how long they had been idle: ${columns.map((each, at) => `${spanText(columns, at)} ${each.ended + each.stays}`).join('; ')}. Rungs at ${rungs.map(ageText).join(', ')}.`;
  const drawn = chart('ages', said, (width) => drawing(width, columns, rungs));
  const keys = legend([
    { color: 'var(--ended)', text: word },
    { color: 'var(--stays)', text: 'stays' },
    {
      color: INK,
      text: `rungs of the ladder, the first is 1: ${rungs.map(ageText).join(', ')}`,
      line: 'dashed',
    },
  ]);
  const rows = columns.map((each, at) => [spanText(columns, at), each.ended + each.stays, each.ended]);
  return figure(
    html`How long the idle sessions had been idle`,
    drawn,
    keys,
    htmlTable(['idle for', '#sessions', `#${word}`], rows),
  );
}

function columnsOf(
  idle: readonly Session[],
  rungs: readonly number[],
  isEnded: (session: Session) => boolean,
): readonly Column[] {
  const edges = [...new Set([...EDGES, ...rungs])].toSorted((a, b) => a - b);
  const columns = edges.map((fromMs, at) => {
    const toMs = edges[at + 1] ?? Number.POSITIVE_INFINITY;
    const inside = idle.filter(({ stateAgeMs }) => (stateAgeMs ?? -1) >= fromMs && (stateAgeMs ?? -1) < toMs);
    const ended = inside.filter(isEnded).length;
    return { fromMs, ended, stays: inside.length - ended };
  });
  const last = columns.findLastIndex(
    ({ fromMs, ended, stays }) => ended + stays > 0 || rungs.includes(fromMs),
  );
  return columns.slice(0, last + 1);
}

function spanText(columns: readonly Column[], at: number): string {
  const [here, next] = [columns[at], columns[at + 1]];
  if (here === undefined) return '';
  if (next === undefined) return `${ageText(here.fromMs)} and more`;
  return here.fromMs === 0
    ? `less than ${ageText(next.fromMs)}`
    : `${ageText(here.fromMs)} to ${ageText(next.fromMs)}`;
}

function drawing(width: number, columns: readonly Column[], rungs: readonly number[]) {
  const [left, right] = [34, 12];
  const wide = (width - left - right) / columns.length;
  const series = (key: 'ended' | 'stays', color: string): Series => ({
    type: 'bar',
    stack: 'sessions',
    barWidth: Math.max(4, wide - 4),
    itemStyle: { color },
    // The columns stand between the marks of the axis.
    data: columns.map((each, at) => [at + 0.5, each[key]]),
  });
  const lines = rungs.map((minAgeMs, rung) => ({
    xAxis: columns.findIndex(({ fromMs }) => fromMs === minAgeMs),
    label: { ...TEXT, show: true, formatter: () => String(rung + 1), position: 'end' as const },
    lineStyle: { color: INK, type: 'dashed' as const, width: 1.2 },
  }));
  return {
    height: HEIGHT,
    option: {
      grid: { left, right, top: 22, bottom: 26 },
      yAxis: numbers(Math.max(...columns.map(({ ended, stays }) => ended + stays))),
      xAxis: {
        type: 'value' as const,
        min: 0,
        max: columns.length,
        // Otherwise the axis would grow by half a column at both ends.
        containShape: false,
        interval: 1,
        axisLabel: {
          ...TEXT,
          fontSize: width > 500 ? 12 : 10,
          formatter: (at: number) => (columns[at] === undefined ? '' : ageText(columns[at].fromMs)),
        },
        axisLine: { lineStyle: { color: 'var(--faint)' } },
        axisTick: { lineStyle: { color: 'var(--faint)' } },
        splitLine: { show: false },
      },
      series: [
        { ...series('ended', 'var(--ended)'), markLine: { symbol: 'none', silent: true, data: lines } },
        series('stays', 'var(--stays)'),
      ],
    },
  };
}
