import { groupName } from '../base/phrases.ts';
import { chart, FAINT, INK, legend, numbers, type Series, TEXT } from './chart.ts';
import { clockTime } from './clock.ts';
import { figure } from './figure.ts';
import { type Html, html } from './html.ts';
import { htmlTable } from './html-table.ts';
import type { Leak } from './leak.ts';

const HEIGHT = 250;
/** More steps than pixels would show nothing more. */
const MOST_STEPS = 400;
/** A forecast that is much further away than the past would press the past to the edge. */
const MOST_AHEAD = 0.6;

const BLAMED = 'var(--blamed)';

/** How the sessions of a program grew, what the run did, and when the slots are full again. */
export function leakChart(leak: Leak): Html {
  const { group, opened, after, forecast, room, usable } = leak;
  const last = opened.at(-1);
  const said = `Sessions of ${groupName(group)}: ${last?.sessions ?? 0} at the snapshot; there is room for ${room}.`;
  const keys = [
    { color: BLAMED, text: groupName(group), line: 'solid' as const },
    {
      color: INK,
      text: `room for it: ${room} of ${usable} slots, the others are taken`,
      line: 'dashed' as const,
    },
    ...(forecast === null ? [] : [{ color: BLAMED, text: 'forecast', line: 'dotted' as const }]),
  ];
  return figure(
    'Its sessions against the slots',
    [legend(keys), chart('leak', said, (width) => drawing(width, leak))],
    leakTable(leak, after),
  );
}

function drawing(width: number, { opened, after, forecast, room }: Leak) {
  const [first, last] = [opened[0]?.atMs ?? 0, opened.at(-1)?.atMs ?? 0];
  const now = after?.atMs ?? last;
  const past = Math.max(1_000, now - first);
  const end = forecast === null ? now + past * 0.04 : Math.min(forecast.atMs, now + past * MOST_AHEAD);
  const most = Math.max(room, ...opened.map(({ sessions }) => sessions));
  return {
    height: HEIGHT,
    option: {
      grid: { left: 38, right: 26, top: 14, bottom: 30 },
      yAxis: numbers(most),
      xAxis: {
        type: 'time' as const,
        min: first - past * 0.03,
        max: end,
        axisLabel: {
          ...TEXT,
          color: FAINT,
          hideOverlap: true,
          formatter: (at: number) => clockTime(at, at).slice(0, past > 600_000 ? 5 : 8),
        },
        splitNumber: width > 500 ? 6 : 3,
        axisLine: { lineStyle: { color: FAINT } },
        axisTick: { show: false },
        splitLine: { show: false },
      },
      series: [
        ...linesOf(opened, after),
        ...(forecast === null ? [] : [ahead(after ?? opened.at(-1), forecast)]),
        roomLine(room, first - past, end),
      ],
    },
  };
}

const LINE = { type: 'line' as const, symbol: 'none', silent: true };

function linesOf(opened: Leak['opened'], after: Leak['after']): readonly Series[] {
  const every = Math.ceil(opened.length / MOST_STEPS);
  const shown = opened.filter((_, at) => at % every === 0 || at === opened.length - 1);
  const data = [...shown, ...(after === null ? [] : [{ atMs: after.atMs, sessions: after.sessions }])];
  return [
    {
      ...LINE,
      step: 'end',
      lineStyle: { color: BLAMED, width: 2.4 },
      data: data.map(({ atMs, sessions }) => [atMs, sessions]),
    },
  ];
}

function ahead(from: Leak['opened'][number] | undefined, forecast: NonNullable<Leak['forecast']>): Series {
  return {
    ...LINE,
    lineStyle: { color: BLAMED, width: 2, type: 'dotted' },
    data: [from ?? forecast, forecast].map(({ atMs, sessions }) => [atMs, sessions]),
  };
}

function roomLine(room: number, from: number, to: number): Series {
  return {
    ...LINE,
    lineStyle: { color: INK, width: 1.5, type: 'dashed' },
    data: [
      [from, room],
      [to, room],
    ],
  };
}

function leakTable({ opened, forecast }: Leak, after: Leak['after']): Html {
  const at = (share: number) => opened[Math.floor((opened.length - 1) * share)];
  const points = [
    ['first opened', at(0)],
    ['half opened', at(0.5)],
    ['snapshot', at(1)],
    ['after this run', after ?? undefined],
    ['forecast', forecast ?? undefined],
  ] as const;
  const now = opened.at(-1)?.atMs ?? 0;
  return htmlTable(
    ['when', '#at (UTC)', '#sessions'],
    points.flatMap(([name, point]) =>
      point === undefined ? [] : [[html`${name}`, clockTime(point.atMs, now), point.sessions]],
    ),
  );
}
