import { cleanName } from '../../core/base/clean-text.ts';
import type { GroupUsage } from '../../core/server/rank-groups.ts';
import { IDLE_STATES } from '../../core/server/session.ts';
import type { Facts } from '../base/facts.ts';
import { bounded, type Column, row, type Section, wrap } from '../base/layout.ts';
import { ageText, counted, groupName, mostlyText, ownerOf } from '../base/phrases.ts';
import { poolerTexts } from './pooler-text.ts';

/** Rows that fit on the first screen. The details have the rest. */
const ON_SCREEN = 4;

/** Every pool has sessions that are idle for less than this. */
const WORTH_SAYING_MS = 60_000;

const COLUMNS_OF_HOLDERS: readonly Column[] = [
  { width: 5, align: 'right' },
  { width: 5, align: 'right' },
  { width: 17, align: 'left' },
  { width: 17, align: 'left' },
  { width: 4, align: 'right' },
  { width: 4, align: 'right' },
  { width: 5, align: 'right' },
  { width: 7, align: 'right' },
];
const TITLES = ['slots', 'share', 'application', 'user@database', 'busy', 'idle', 'in tx', 'oldest'];
/** On a narrow screen the details alone have the states. */
const WHOLE_WIDTH = 78;
const IN_NARROW = [0, 1, 2, 3, 7] as const;
const NARROW_WIDTHS: readonly Column[] = [
  { width: 5, align: 'right' },
  { width: 5, align: 'right' },
  { width: 17, align: 'left' },
  { width: 15, align: 'left' },
  { width: 7, align: 'right' },
];

function rowFor(columns: number): (cells: readonly string[]) => string {
  if (columns >= WHOLE_WIDTH) return (cells) => row(COLUMNS_OF_HOLDERS, cells);
  return (cells) =>
    row(
      NARROW_WIDTHS,
      IN_NARROW.map((at) => cells[at] ?? ''),
    );
}

export function holders(
  { record, ranking, reduced, leading, before, diagnosis }: Facts,
  columns = WHOLE_WIDTH,
): Section {
  const inColumns = rowFor(columns);
  const title = 'WHO HELD THE SLOTS';
  if (reduced.includes('spared sessions'))
    return {
      title,
      lines: wrap('Not known: the record was too large to keep the sessions that were spared.'),
    };
  if (ranking === null || ranking.used === 0) return { title, lines: [] };
  const { groups, hidden } = ranking;
  return {
    title,
    lines: [
      ...(groups.length > 0 ? [inColumns(TITLES)] : []),
      ...bounded(
        groups,
        ON_SCREEN,
        (usage) => inColumns(holderCells(usage)),
        (rest) => inColumns(restCells(rest)),
      ),
      ...groups.slice(0, ON_SCREEN).flatMap((usage) => wrap(mostlyText(usage))),
      ...(hidden > 0 ? [inColumns([String(hidden), '', 'hidden sessions'])] : []),
      ...(leading === null || diagnosis !== null
        ? []
        : wrap(leadingText(leading, before?.used ?? ranking.used))),
      ...poolerTexts(record.snapshot).flatMap((text) => wrap(text)),
    ],
  };
}

/** A session of unknown state is in none of the columns. */
function holderCells({ group, sessions, sharePercent, states, oldestIdleMs }: GroupUsage): readonly string[] {
  const sum = (isCounted: (state: string | null) => boolean) =>
    String(states.reduce((total, { state, count }) => total + (isCounted(state) ? count : 0), 0));
  const isIdle = (state: string | null) => IDLE_STATES.some((idle) => idle === state);
  return [
    String(sessions),
    sharePercent === null ? '' : `${sharePercent}%`,
    cleanName(group.application),
    ownerOf(group),
    sum((state) => state === 'active' || state === 'fastpath function call'),
    sum((state) => state === 'idle'),
    sum((state) => state !== 'idle' && isIdle(state)),
    oldestIdleMs === null ? '' : ageText(oldestIdleMs),
  ];
}

function restCells(rest: readonly GroupUsage[]): readonly string[] {
  return [String(sessionsOf(rest)), '', counted(rest.length, 'more program')];
}

function sessionsOf(groups: readonly GroupUsage[]): number {
  return groups.reduce((sum, { sessions }) => sum + sessions, 0);
}

/** When no cause is known, at least the program that holds most. */
function leadingText({ group, sessions, addresses, medianIdleMs }: GroupUsage, used: number): string {
  const from = `from ${counted(addresses.count, 'address', 'addresses')}`;
  const half =
    medianIdleMs === null || medianIdleMs < WORTH_SAYING_MS
      ? ''
      : `, half of them idle for over ${ageText(medianIdleMs)}`;
  return `${groupName(group)} stands out: it held ${sessions} of ${counted(used, 'slot')} ${from}${half}.`;
}
