import { cleanName } from '../../core/base/clean-text.ts';
import { type GroupUsage, groupText } from '../../core/server/rank-groups.ts';
import { ageText, counted, listText } from '../base/phrases.ts';
import { type Bar, barList, looksLegend } from './bar-list.ts';
import type { Blame } from './blame.ts';
import { figure } from './figure.ts';
import { type HolderRow, type Holders, kindsIn } from './holder-rows.ts';
import { type Html, html, nameHtml } from './html.ts';
import { groupCell, htmlTable } from './html-table.ts';
import { KIND_WORDS, kindsText, STATE_KINDS } from './state-kinds.ts';

/** Slots by program and state. */
export function holdersChart({ rows, hidden, usable }: Holders): Html {
  const bars = [...rows.map((row) => barOf(row, usable)), ...(hidden > 0 ? [hiddenBar(hidden)] : [])];
  const most = Math.max(hidden, ...rows.map(({ sessions }) => sessions));
  const kinds = [...kindsIn(rows), ...(hidden > 0 ? (['other'] as const) : [])];
  const keys = [...new Set(kinds)].map((kind) => ({ look: kind, text: KIND_WORDS[kind] }));
  return figure('Slots by program and state', [looksLegend(keys), barList(bars, most)]);
}

function barOf(row: HolderRow, usable: number): Bar {
  const { groups, sessions, counts, isBlamed } = row;
  const share = usable > 0 ? ` · ${Math.round((sessions * 100) / usable)} %` : '';
  return {
    ...namesOf(groups),
    parts: STATE_KINDS.map((kind) => ({ look: kind, value: counts[kind] })),
    text: `${sessions}${share} · ${kindsText(counts)}`,
    isBlamed,
  };
}

/** Before PostgreSQL knows role and database of a client. */
const NAMELESS = { application: '', user: '', database: '' };

/** One program by its names, several as a number with the first names. */
export function namesOf(groups: readonly GroupUsage[]): Pick<Bar, 'name' | 'detail'> {
  const [only] = groups;
  if (groups.length === 1 && only !== undefined && groupText(only.group) === groupText(NAMELESS))
    return { name: html`clients that are logging in`, detail: null };
  if (groups.length === 1 && only !== undefined)
    return { name: nameHtml(only.group.application), detail: ownerHtml(only.group) };
  const names = groups.map(({ group }) =>
    cleanName(group.application === '' ? group.user : group.application, 24),
  );
  return { name: html`${counted(groups.length, 'program')}`, detail: listText([...new Set(names)], 4) };
}

export function ownerHtml({ user, database }: GroupUsage['group']): Html {
  return html`${nameHtml(user)}@${nameHtml(database)}`;
}

function hiddenBar(hidden: number): Bar {
  return {
    name: html`hidden from our role`,
    detail: null,
    parts: [{ look: 'other', value: hidden }],
    text: String(hidden),
    isBlamed: false,
  };
}

/** Each program with its numbers. */
export function holdersTable(groups: readonly GroupUsage[], hidden: number, { isBlamedGroup }: Blame): Html {
  const sorted = groups.toSorted((a, b) => Number(isBlamedGroup(b.group)) - Number(isBlamedGroup(a.group)));
  const rows = sorted.map(({ group, sessions, sharePercent, states, addresses, oldestIdleMs }) => [
    groupCell(group),
    sessions,
    sharePercent === null ? '' : `${sharePercent} %`,
    states.map(({ state, count }) => `${count} ${cleanName(state ?? 'of unknown state')}`).join(', '),
    addressText(addresses),
    oldestIdleMs === null ? '' : ageText(oldestIdleMs),
  ]);
  const unseen = hidden > 0 ? [['hidden from our role', hidden, '', '', '', '']] : [];
  return htmlTable(['program', '#slots', '#share', 'states', 'from', '#longest idle'], [...rows, ...unseen]);
}

function addressText({ count, first }: GroupUsage['addresses']): string {
  const names = first.map((address) => (address === '' ? 'unknown' : cleanName(address)));
  const more = count - first.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
