import { cleanName } from '../../core/base/clean-text.ts';
import { ageText, counted } from '../../core/base/words.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { type GroupUsage, rankGroups } from '../../core/server/rank-groups.ts';
import type { Group } from '../../core/server/session.ts';
import { ownerOf, timeText } from '../base/phrases.ts';
import type { Paint } from './paint.ts';
import { headline, type PlanView, verdictMeaning } from './plan-text.ts';
import { type Heading, textTable } from './text-table.ts';

/** The size of a terminal. */
export type Size = { readonly columns: number; readonly rows: number };

const HEADINGS: readonly Heading[] = [
  { title: 'slots', align: 'right' },
  { title: 'application', align: 'left', least: 12 },
  { title: 'user@database', align: 'left', isSpare: true },
  { title: 'busy', align: 'right' },
  { title: 'idle', align: 'right' },
  { title: 'in tx', align: 'right' },
  { title: 'oldest', align: 'left', least: 7 },
  { title: 'would go', align: 'right' },
];

/** Lines around the list of programs. */
const AROUND = 8;
const BAR = 30;

/** The state of the server on one screen: slots, programs, and what would go. Never more lines than the screen has. */
export function renderWatch(
  { source, snapshot, plan }: PlanView,
  everySeconds: number,
  paint: Paint,
  { columns, rows }: Size,
): string {
  const { groups, hidden, used, usable } = rankGroups(snapshot);
  const goingOf = goingByName(plan, programNames(snapshot));
  const shown = groups.slice(0, Math.max(1, rows - AROUND));
  const rest = groups.slice(shown.length).reduce((sum, { sessions }) => sum + sessions, 0) + hidden;
  const lines = [
    paint('title', cut(`${cleanName(source, 200)}  ${timeText(snapshot.takenAt)}`, columns)),
    paint(verdictMeaning(plan), cut(headline(plan), columns)),
    '',
    slotsLine(used, usable, columns),
    '',
    ...textTable(
      HEADINGS,
      shown.map((each) => programRow(each, goingOf(each.group))),
      paint,
      columns,
    ),
    ...(rest > 0 ? [cut(`  and ${counted(rest, 'session')} more`, columns)] : []),
    '',
    paint('faint', cut(`Again every ${counted(everySeconds, 'second')}. q or Ctrl-C leaves.`, columns)),
  ];
  return lines.slice(0, rows).join('\n');
}

function slotsLine(used: number, usable: number, columns: number): string {
  const width = Math.max(0, Math.min(BAR, columns - 45));
  const full = usable > 0 ? Math.min(width, Math.round((used * width) / usable)) : 0;
  const percent = usable > 0 ? ` (${Math.floor((used * 100) / usable)} %)` : '';
  const bar = width > 0 ? `[${'#'.repeat(full)}${'.'.repeat(width - full)}]  ` : '';
  return cut(
    `  ${bar}${used} of ${usable} slots used${percent}, ${Math.max(0, usable - used)} free`,
    columns,
  );
}

function programRow(usage: GroupUsage, going: number): readonly string[] {
  const { group, sessions, states, oldestIdleMs } = usage;
  const count = (isMeant: (state: string) => boolean) =>
    states.reduce((sum, { state, count: of }) => sum + (isMeant(state ?? '') ? of : 0), 0);
  const idle = count((state) => state === 'idle');
  const open = count((state) => state.startsWith('idle in transaction'));
  return [
    String(sessions),
    cleanName(group.application),
    ownerOf(group),
    String(sessions - idle - open),
    String(idle),
    String(open),
    oldestIdleMs === null ? '' : ageText(oldestIdleMs),
    going === 0 ? '' : String(going),
  ];
}

function goingByName(
  { victims }: PlanView['plan'],
  nameOf: ReturnType<typeof programNames>,
): (group: Group) => number {
  const textOf = (group: Group) => JSON.stringify([group.application, group.user, group.database]);
  const counts = Map.groupBy(victims, ({ session }) => textOf(nameOf(session)));
  return (group) => counts.get(textOf(group))?.length ?? 0;
}

function cut(line: string, columns: number): string {
  return line.length > columns ? `${line.slice(0, Math.max(0, columns - 3))}...` : line;
}
