import { serverTimeMs } from '../../core/base/server-time.ts';
import type { Diagnosis, OpeningRate } from '../../core/diagnosis/cause.ts';
import { byProgram, programsIn } from '../../core/server/programs-in.ts';
import { type Group, isHidden, type Session, takesSlot } from '../../core/server/session.ts';
import { ownSessions, type Snapshot } from '../../core/server/snapshot.ts';
import type { Facts } from '../base/facts.ts';
import { ageText, groupName, ownerOf, rateText } from '../base/phrases.ts';
import { chart, figure, legend, numbers, type Series, TEXT } from './chart.ts';
import { type Html, html } from './html.ts';
import { groupCell, htmlTable } from './html-table.ts';

/** As many lines as can be told apart. The other programs share one line. */
const MOST_LINES = 3;
const COLORS = ['var(--line-1)', 'var(--line-2)', 'var(--line-3)', 'var(--other)'];
const HOUR_MS = 3_600_000;
const HEIGHT = 230;

/** How long before the snapshot the sessions of one group were opened, in milliseconds, the oldest first. */
type Line = {
  readonly name: string;
  readonly group: Group | null;
  readonly agesMs: readonly number[];
  readonly opening: OpeningRate | null;
};

/**
 * When the present sessions were opened. The line of a leak climbs, the line of a pool is flat, and the line
 * of a storm jumps at the end.
 */
export function openingsChart({ record, ranking }: Facts, diagnosis: Diagnosis | null): Html | null {
  if (ranking === null || record.snapshot === null) return null;
  const lines = linesOf(record.snapshot, diagnosis);
  const [first] = lines;
  if (first === undefined) return null;
  const spanMs = spanOf(lines);
  const said = `Sessions by when they were opened: ${lines.map((line) => `${line.name}, ${line.agesMs.length}, from ${ageText(line.agesMs[0] ?? 0)} to ${ageText(line.agesMs.at(-1) ?? 0)} ago`).join('; ')}.`;
  const drawn = chart('openings', said, (width) => drawing(width, lines, spanMs));
  const keys = legend([
    ...lines.map(({ name }, at) => ({ color: COLORS[at] ?? '', text: name, line: 'solid' as const })),
    ...lines.flatMap(({ opening }, at) =>
      opening === null
        ? []
        : [
            {
              color: COLORS[at] ?? '',
              text: `fitted: ${rateText(opening.perHour)}`,
              line: 'dashed' as const,
            },
          ],
    ),
  ]);
  return figure(html`When the present sessions were opened`, drawn, keys, openingsTable(lines));
}

function linesOf(snapshot: Snapshot, diagnosis: Diagnosis | null): readonly Line[] {
  const at = serverTimeMs(snapshot.takenAt);
  if (at === null) return [];
  const isOwn = ownSessions(snapshot);
  const ageOf = ({ backendStart }: Session) => {
    const opened = serverTimeMs(backendStart);
    return opened === null ? [] : [Math.max(0, at - opened)];
  };
  const held = snapshot.sessions.filter((each) => takesSlot(each) && !isHidden(each) && !isOwn(each));
  const groups = [...byProgram(programsIn(snapshot), held)].toSorted(([, a], [, b]) => b.length - a.length);
  const lines = groups.slice(0, MOST_LINES).flatMap(([{ name: group }, sessions]): readonly Line[] => {
    const agesMs = sessions.flatMap(ageOf).toSorted((a, b) => b - a);
    if (agesMs.length === 0) return [];
    return [{ name: groupName(group), group, agesMs, opening: openingOf(group, diagnosis) }];
  });
  const rest = groups
    .slice(MOST_LINES)
    .flatMap(([, sessions]) => sessions)
    .flatMap(ageOf)
    .toSorted((a, b) => b - a);
  return distinct(
    rest.length === 0 ? lines : [...lines, { name: 'all others', group: null, agesMs: rest, opening: null }],
  );
}

/** Groups of the same application are told apart by their roles. */
function distinct(lines: readonly Line[]): readonly Line[] {
  return lines.map((line) => {
    const isShared = lines.some((other) => other !== line && other.name === line.name);
    return isShared && line.group !== null ? { ...line, name: `${line.name} ${ownerOf(line.group)}` } : line;
  });
}

function openingOf(group: Group, diagnosis: Diagnosis | null): OpeningRate | null {
  const isIt = ({ usage }: Diagnosis['culprits'][number]) =>
    usage.group.application === group.application &&
    usage.group.user === group.user &&
    usage.group.database === group.database;
  return diagnosis?.culprits.find(isIt)?.opening ?? null;
}

/** Distances between two marks of the axis, in round times. */
const STEPS_MS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * 1_000,
);

function stepFor(spanMs: number): number {
  const day = 86_400_000;
  return STEPS_MS.find((step) => step * 6 >= spanMs) ?? Math.ceil(spanMs / 6 / day) * day;
}

/**
 * As far back as the largest group reaches, a little more, and a fitted rate. One old session of another
 * group must not press all lines to the edge.
 */
function spanOf([first, ...others]: readonly Line[]): number {
  const reach = ({ agesMs }: Line) => agesMs[Math.floor(agesMs.length * 0.05)] ?? 0;
  const fitted = [first, ...others].map((line) => line?.opening?.spanMs ?? 0);
  const spanMs = Math.max(1_000, first === undefined ? 0 : reach(first), ...fitted);
  return Math.ceil(spanMs / stepFor(spanMs)) * stepFor(spanMs);
}

function drawing(width: number, lines: readonly Line[], spanMs: number) {
  const most = Math.max(...lines.map(({ agesMs }) => agesMs.length));
  return {
    height: HEIGHT,
    option: {
      grid: { left: 34, right: 30, top: 12, bottom: 28 },
      yAxis: numbers(most),
      xAxis: {
        type: 'value' as const,
        min: -spanMs,
        max: 0,
        interval: stepFor(spanMs),
        axisLabel: {
          ...TEXT,
          fontSize: width > 500 ? 12 : 10,
          formatter: (at: number) => (at > -spanMs / 100 ? 'snapshot' : `−${ageText(-at)}`),
        },
        axisLine: { lineStyle: { color: 'var(--faint)' } },
        axisTick: { lineStyle: { color: 'var(--faint)' } },
        splitLine: { show: false },
      },
      series: lines.toReversed().flatMap((line) => seriesOf(line, COLORS[lines.indexOf(line)] ?? '', spanMs)),
    },
  };
}

function seriesOf({ agesMs, opening }: Line, color: string, spanMs: number): readonly Series[] {
  const line = { type: 'line' as const, symbol: 'none', silent: true };
  const before = agesMs.filter((age) => age > spanMs).length;
  const steps = agesMs.slice(before).map((age, at): readonly [number, number] => [-age, before + at + 1]);
  const counted: Series = {
    ...line,
    step: 'end',
    lineStyle: { color, width: 2.2 },
    data: [[-spanMs, before], ...thinned(steps), [0, agesMs.length]].map((point) => [...point]),
  };
  if (opening === null) return [counted];
  const came = (opening.perHour * opening.spanMs) / HOUR_MS;
  // The line covers the openings only: a leak may have stopped before the snapshot, for example because it
  // was refused.
  const last = agesMs.at(-1) ?? 0;
  const fit: Series = {
    ...line,
    lineStyle: { color, width: 1.4, type: 'dashed' },
    data: [
      [-last - opening.spanMs, Math.max(0, agesMs.length - came)],
      [-last, agesMs.length],
    ],
  };
  return [counted, fit];
}

/** More steps than pixels would show nothing more. */
const MOST_STEPS = 400;

function thinned(steps: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const every = Math.ceil(steps.length / MOST_STEPS);
  return steps.filter((_, at) => at % every === 0 || at === steps.length - 1);
}

function openingsTable(lines: readonly Line[]): Html {
  const ago = (line: Line, share: number) =>
    ageText(line.agesMs[Math.floor((line.agesMs.length - 1) * share)] ?? 0);
  return htmlTable(
    ['application', '#sessions', '#first opened', '#half by', '#last opened', 'fitted'],
    lines.map((line) => [
      line.group === null ? line.name : groupCell(line.group),
      line.agesMs.length,
      `${ago(line, 0)} ago`,
      `${ago(line, 0.5)} ago`,
      `${ago(line, 1)} ago`,
      line.opening === null ? '' : rateText(line.opening.perHour),
    ]),
  );
}
