import { cleanName } from '../../core/base/clean-text.ts';
import type { Plan, Victim, VictimReason } from '../../core/plan/plan.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { programNames } from '../../core/server/programs-in.ts';
import type { Group } from '../../core/server/session.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';
import { bounded, type Section, wrap } from '../base/layout.ts';
import { ageText, counted } from '../base/phrases.ts';
import { namedPoolerTexts } from '../message/named-poolers.ts';
import type { Paint } from './paint.ts';
import { type Heading, textTable } from './text-table.ts';

/** Enough rows to see which sessions these are. A longer list would push the summary off the screen. */
const ON_SCREEN = 30;

const HEADINGS: readonly Heading[] = [
  { title: 'pid', align: 'right' },
  { title: 'application', align: 'left' },
  { title: 'user', align: 'left', most: 16 },
  { title: 'database', align: 'left', most: 16 },
  { title: 'address', align: 'left', most: 39 },
  { title: 'idle for', align: 'left' },
  { title: 'rung', align: 'left', most: 40 },
];

/** Which sessions would end, in that order. */
export function victimsSection(
  { victims }: Plan,
  { relieve }: Policy,
  snapshot: Snapshot,
  paint: Paint,
): Section {
  if (victims.length === 0) return { title: '', lines: [] };
  const shown = victims
    .slice(0, ON_SCREEN)
    .map((victim) => [
      String(victim.session.pid),
      cleanName(victim.session.application),
      cleanName(victim.session.user ?? ''),
      cleanName(victim.session.database ?? ''),
      cleanName(victim.session.address),
      ageText(victim.reason.ageMs),
      rungText(victim.reason, relieve.ladder),
    ]);
  const more = victims.length - shown.length;
  return {
    title: paint('title', `To end: ${counted(victims.length, 'session')}`),
    lines: [
      ...textTable(HEADINGS, shown, paint),
      ...(more > 0
        ? [`  and ${more} more, all with --json:`, ...groupLines(victims.slice(ON_SCREEN), snapshot)]
        : []),
      ...namedPoolerTexts(
        victims.map(({ session }) => session),
        true,
      ).flatMap((text) => wrap(text)),
    ],
  };
}

function rungText({ rung, minAgeMs, released }: VictimReason, ladder: Policy['relieve']['ladder']): string {
  if (rung === null) return `reap ${ageText(minAgeMs)}`;
  const state = ladder[rung - 1]?.state ?? 'idle';
  return `${rung}: ${state} ${ageText(minAgeMs)}${released ? ', released from its keep' : ''}`;
}

/** The sessions that do not fit on the screen, by program. */
function groupLines(victims: readonly Victim[], snapshot: Snapshot): readonly string[] {
  const nameOf = programNames(snapshot);
  const groups = [...Map.groupBy(victims, ({ session }) => groupText(nameOf(session))).entries()];
  return bounded(
    groups,
    5,
    ([group, those]) => `    ${those.length} of ${group}`,
    (rest) => `    ${rest.flatMap(([, those]) => those).length} of ${counted(rest.length, 'other program')}`,
  );
}

function groupText({ application, user, database }: Group): string {
  return `${cleanName(application)} (${cleanName(user)}@${cleanName(database)})`;
}
