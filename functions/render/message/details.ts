import { cleanName } from '../../core/base/clean-text.ts';
import type { Termination } from '../../core/run/terminations.ts';
import type { GroupUsage } from '../../core/server/rank-groups.ts';
import { groupOf } from '../../core/server/session.ts';
import type { Facts } from '../base/facts.ts';
import { bounded, type Column, row, type Section, wrap } from '../base/layout.ts';
import { ageText, counted, groupName, ownerOf, placeText } from '../base/phrases.ts';
import { refusedLine } from './refused-text.ts';

const MAX_GROUPS = 40;
const MAX_SESSIONS = 50;
/** A session that is idle for less is at work between two statements. */
const SHORTEST_MS = 1_000;

/**
 * What the first screen does not need: every group with its states and addresses, and each session that
 * ended.
 */
export function details(facts: Facts): readonly Section[] {
  return [holdersInDetail(facts), sessionsInDetail(facts), evidence(facts), refused(facts), missing(facts)];
}

function holdersInDetail({ ranking }: Facts): Section {
  return {
    title: 'DETAILS: WHO HELD THE SLOTS',
    lines: bounded(ranking?.groups ?? [], MAX_GROUPS, groupLines, (rest) => {
      const sessions = rest.reduce((sum, each) => sum + each.sessions, 0);
      return `  and ${counted(rest.length, 'more program')} with ${counted(sessions, 'session')}`;
    }),
  };
}

function groupLines({ group, sessions, states, addresses, oldestIdleMs, mostly }: GroupUsage): string {
  const byState = states
    .map(({ state, count }) => `${count} ${cleanName(state ?? 'of unknown state')}`)
    .join(', ');
  const ages =
    oldestIdleMs === null || oldestIdleMs < SHORTEST_MS ? '' : `; idle for up to ${ageText(oldestIdleMs)}`;
  const from = addresses.first.map((address) => (address === '' ? 'unknown' : cleanName(address))).join(', ');
  const more = addresses.count - addresses.first.length;
  const where = `from ${from}${more > 0 ? ` and ${more} more` : ''}`;
  const program = `${groupName(group)}, ${ownerOf(group)}`;
  const most = mostly === null ? '' : `, ${mostly.part.sessions} ${placeText(mostly)}`;
  return wrap(
    `${counted(sessions, 'session')} of ${program}: ${byState}${ages}; ${where}${most}.`,
    4,
    '- ',
  ).join('\n');
}

const COLUMNS_OF_SESSIONS: readonly Column[] = [
  { width: 7, align: 'right' },
  { width: 15, align: 'left' },
  { width: 15, align: 'left' },
  { width: 15, align: 'left' },
  { width: 7, align: 'left' },
  { width: 11, align: 'left' },
];

/** Sessions that did not simply end come first, because people have to look at them. */
function sessionsInDetail({ terminations, losses }: Facts): Section {
  const title = 'DETAILS: THE SESSIONS CHOSEN';
  if (terminations.length === 0) return { title, lines: [] };
  const ended = new Set(losses);
  return {
    title,
    lines: [
      row(COLUMNS_OF_SESSIONS, ['pid', 'application', 'user@database', 'address', 'age', 'result'], 0),
      ...bounded(
        [...terminations.filter((each) => !ended.has(each)), ...losses],
        MAX_SESSIONS,
        sessionRow,
        (rest) => `  and ${rest.length} more`,
      ),
    ],
  };
}

function sessionRow({ session, result }: Termination): string {
  const { pid, application, address, stateAgeMs } = session;
  const cells = [
    String(pid ?? ''),
    cleanName(application),
    ownerOf(groupOf(session)),
    address === '' ? '' : cleanName(address),
    stateAgeMs === null ? '' : ageText(stateAgeMs),
    result ?? 'not tried',
  ];
  return row(COLUMNS_OF_SESSIONS, cells, 0);
}

function evidence({ record }: Facts): Section {
  const { trigger } = record;
  const reason = trigger.kind === 'alarm' ? trigger.reason : '';
  return {
    title: 'DETAILS: WHAT THE ALARM SAW',
    lines: reason === '' ? [] : wrap(cleanName(reason, 400)),
  };
}

function refused({ record: { trigger } }: Facts): Section {
  const title = 'DETAILS: WHO WAS REFUSED';
  if (trigger.kind !== 'log-lines' || trigger.refused.length === 0) return { title, lines: [] };
  const { logGroup, logStream } = trigger;
  const where = `Log group ${cleanName(logGroup, 200)}, stream ${cleanName(logStream, 200)}.`;
  return {
    title,
    lines: [...trigger.refused.flatMap((each) => wrap(refusedLine(each), 4, '- ')), ...wrap(where)],
  };
}

function missing({ reduced }: Facts): Section {
  const lines = wrap(`The record was too large and left out, in this order: ${reduced.join(', ')}.`);
  return { title: 'DETAILS: WHAT IS MISSING', lines: reduced.length === 0 ? [] : lines };
}
