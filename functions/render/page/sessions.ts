import { cleanName } from '../../core/base/clean-text.ts';
import { settledReading } from '../../core/run/newcomers.ts';
import type { Termination } from '../../core/run/terminations.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { type Group, groupOf, type Session } from '../../core/server/session.ts';
import { type Refused, refusalsIn } from '../../core/trigger/log-lines.ts';
import type { Facts } from '../base/facts.ts';
import { ageRange, ageText, counted, timeText } from '../base/phrases.ts';
import { ruleText } from '../message/actions.ts';
import { reasonOf } from '../message/refused-text.ts';
import { type SparedGroup, sparedGroups } from '../message/spared.ts';
import { type Html, html } from './html.ts';
import { groupCell, htmlTable } from './html-table.ts';

/** Rows that are shown without a click. */
const MOST_SPARED = 200;

/** Every session that was chosen, with its result. Sessions that did not simply end come first. */
export function chosenTable({ record, hypothetical, terminations, losses }: Facts): Html | null {
  if (record.plan === null || terminations.length === 0) return null;
  const ended = new Set(losses);
  const all = [...terminations.filter((each) => !ended.has(each)), ...losses];
  const nameOf = programNames(record.snapshot);
  const groups = [...Map.groupBy(all, (each) => whoAndWhy(each, nameOf(each.session))).values()].map(
    (those) => chosenRow(those, nameOf).slice(0, hypothetical ? -1 : undefined),
  );
  const rows = all.map((each) => [
    each.session.pid ?? '',
    groupCell(groupOf(each.session)),
    cleanName(each.session.address === '' ? 'unknown' : each.session.address),
    idleText(each.session),
    ruleText(each),
    ...(hypothetical ? [] : [each.result ?? 'not tried']),
  ]);
  // An observing run has no results, and the column would push the others off a phone's screen.
  const result = hypothetical ? [] : ['result'];
  const title = hypothetical ? 'Sessions that would be ended' : 'Sessions chosen, and their results';
  return html`<section><h2>${title}</h2>
${htmlTable(['#sessions', 'application', 'idle for', ...result], groups)}
<details><summary>${counted(all.length, 'session')}, one by one</summary>
${htmlTable(['#pid', 'application', 'from', '#idle for', 'by', ...result], rows)}</details></section>`;
}

function whoAndWhy(each: Termination, { application, user, database }: Group): string {
  return JSON.stringify([application, user, database, ruleText(each), each.result, each.unanswered]);
}

function chosenRow(
  those: readonly Termination[],
  nameOf: (session: Session) => Group,
): readonly (string | number | Html)[] {
  const [one] = those;
  if (one === undefined) return [];
  const ages = those.map(({ reason, session }) => reason?.ageMs ?? session.stateAgeMs ?? 0);
  return [
    those.length,
    groupCell(nameOf(one.session)),
    html`${ageRange(ages)}<br><span class="faint">${ruleText(one)}</span>`,
    resultText(one),
  ];
}

function resultText({ result, unanswered }: Termination): string {
  return `${result ?? 'not tried'}${unanswered ? ', no answer' : ''}`;
}

function idleText({ stateAgeMs }: Session): string {
  return stateAgeMs === null ? '' : ageText(stateAgeMs);
}

/** Which sessions stayed, each with its reason. */
export function sparedTable(facts: Facts): Html | null {
  const groups = sparedGroups(facts.record);
  if (groups.length === 0) return null;
  const count = groups.reduce((sum, { those }) => sum + those.length, 0);
  return html`<section><h2>Spared: ${counted(count, 'session')}</h2>
${htmlTable(
  ['#sessions', 'why'],
  groups.map(({ reason, those }) => [those.length, reason]),
)}
<details><summary>Each of them with its reason</summary>
${htmlTable(['#pid', 'application', 'state', '#for', 'why'], groups.flatMap(sparedRows), MOST_SPARED)}</details></section>`;
}

function sparedRows({ reason, those }: SparedGroup): readonly (readonly (string | number | Html)[])[] {
  return those.map(({ session }) => [
    session.pid ?? '',
    groupCell(groupOf(session)),
    session.state === null ? 'unknown' : cleanName(session.state),
    idleText(session),
    reason,
  ]);
}

/**
 * Which programs opened sessions after the first snapshot. Those that had lost sessions have re-taken slots,
 * the others are new.
 */
export function newcomersTable({ record, reduced, newcomers: programs }: Facts): Html | null {
  if (settledReading(record) === null) return null;
  if (reduced.includes('spared sessions'))
    return html`<section><h2>New sessions since the first snapshot</h2><p>Not known: the record was too large to keep it.</p></section>`;
  if (programs.length === 0)
    return html`<section><h2>New sessions since the first snapshot</h2><p>None: no freed slot was taken until the last read.</p></section>`;
  const rows = programs.map(({ group, lost, came, retaken }) => [
    groupCell(group),
    came,
    lost,
    lost > 0 ? `${retaken} re-taken` : 'new',
  ]);
  return html`<section><h2>New sessions since the first snapshot</h2>
${htmlTable(['application', '#opened', '#had lost', 'result'], rows)}</section>`;
}

/** Which clients were refused, according to the server's log. */
export function refusedTable({ record: { trigger } }: Facts): Html | null {
  if (trigger.kind !== 'log-lines' || trigger.refused.length === 0) return null;
  const rows = trigger.refused.map((each) => [
    clientCell(each),
    each.count,
    reasonOf(each),
    timeText(each.last).slice(11),
  ]);
  return html`<section><h2>Refused clients: ${counted(refusalsIn(trigger.refused), 'time')}</h2>
${htmlTable(['client', '#times', 'for', 'last'], rows)}
<p class="faint">Log group ${cleanName(trigger.logGroup, 200)}, stream ${cleanName(trigger.logStream, 200)}.</p></section>`;
}

function clientCell({ clients, user, database, address }: Refused): Html {
  const named = (name: string | null) => (name === null ? '?' : cleanName(name));
  const client = clients > 1 ? `${clients} others` : `${named(user)}@${named(database)}`;
  return html`<div class="group">${client}${address === null ? null : html`<br><span class="faint">${cleanName(address)}</span>`}</div>`;
}
