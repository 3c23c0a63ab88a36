import { cleanName } from '../../core/base/clean-text.ts';
import type { Plan, Victim, VictimReason } from '../../core/plan/plan.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { programNames } from '../../core/server/programs-in.ts';
import type { Group } from '../../core/server/session.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';
import { type Section, wrap } from '../base/layout.ts';
import { ageRange, ageText, counted } from '../base/phrases.ts';
import { namedPoolerTexts } from '../message/named-poolers.ts';
import type { Paint } from './paint.ts';
import { MOST_ROWS, type Screen, WIDE_SCREEN } from './screen.ts';
import { type Heading, textTable } from './text-table.ts';

const HEADINGS: readonly Heading[] = [
  { title: 'pid', align: 'right' },
  { title: 'application', align: 'left', least: 16 },
  { title: 'user', align: 'left', most: 16, least: 8 },
  { title: 'database', align: 'left', most: 16, least: 8, isSpare: true },
  { title: 'address', align: 'left', most: 39, isSpare: true },
  { title: 'idle for', align: 'left', least: 8 },
  { title: 'rung', align: 'left', most: 40, least: 12 },
];

const GROUP_HEADINGS: readonly Heading[] = [
  { title: 'sessions', align: 'right' },
  { title: 'application', align: 'left', least: 16 },
  { title: 'user', align: 'left', most: 16, least: 8 },
  { title: 'database', align: 'left', most: 16, least: 8, isSpare: true },
  { title: 'idle for', align: 'left', least: 8 },
  { title: 'rung', align: 'left', most: 40, least: 12 },
];

/** Which sessions would end, in that order; by program where they are many. */
export function victimsSection(
  { victims }: Plan,
  policy: Policy,
  snapshot: Snapshot,
  paint: Paint,
  { columns, all }: Screen = WIDE_SCREEN,
): Section {
  if (victims.length === 0) return { title: '', lines: [] };
  const isEach = all || victims.length <= MOST_ROWS;
  const table = isEach
    ? textTable(HEADINGS, eachRow(victims, policy), paint, columns)
    : textTable(GROUP_HEADINGS, programRows(victims, policy, snapshot), paint, columns);
  return {
    title: paint('title', `To end: ${counted(victims.length, 'session')}`),
    lines: [
      ...table,
      ...(isEach ? [] : [paint('faint', '  Each session with --all.')]),
      ...namedPoolerTexts(
        victims.map(({ session }) => session),
        true,
      ).flatMap((text) => wrap(text)),
    ],
  };
}

function eachRow(victims: readonly Victim[], { relieve }: Policy): readonly (readonly string[])[] {
  return victims.map(({ session, reason }) => [
    String(session.pid),
    cleanName(session.application),
    cleanName(session.user ?? ''),
    cleanName(session.database ?? ''),
    cleanName(session.address),
    ageText(reason.ageMs),
    rungText(reason, relieve.ladder),
  ]);
}

/** The programs that lose most sessions first. The last row counts those that do not fit. */
function programRows(
  victims: readonly Victim[],
  { relieve }: Policy,
  snapshot: Snapshot,
): readonly (readonly string[])[] {
  const nameOf = programNames(snapshot);
  const programs = [
    ...Map.groupBy(victims, ({ session }) => namesText(nameOf(session)).join('\n')).values(),
  ].toSorted((a, b) => b.length - a.length);
  const rows = programs.slice(0, MOST_ROWS).map((those) => {
    const [first] = those;
    if (first === undefined) return [];
    const rungs = [...new Set(those.map(({ reason }) => rungText(reason, relieve.ladder)))];
    return [
      String(those.length),
      ...namesText(nameOf(first.session)),
      ageRange(those.map(({ reason }) => reason.ageMs)),
      rungs.length === 1 ? (rungs[0] ?? '') : `${rungs.length} rungs`,
    ];
  });
  const rest = programs.slice(MOST_ROWS);
  if (rest.length === 0) return rows;
  return [...rows, [String(rest.flat().length), `${counted(rest.length, 'other program')}`]];
}

function namesText({ application, user, database }: Group): readonly string[] {
  return [application, user, database].map((name) => cleanName(name));
}

function rungText({ rung, minAgeMs, released }: VictimReason, ladder: Policy['relieve']['ladder']): string {
  if (rung === null) return `reap ${ageText(minAgeMs)}`;
  const state = ladder[rung - 1]?.state ?? 'idle';
  return `${rung}: ${state} ${ageText(minAgeMs)}${released ? ', released from its keep' : ''}`;
}
