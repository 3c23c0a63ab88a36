import { cleanName } from '../../core/base/clean-text.ts';
import { settledReading } from '../../core/run/newcomers.ts';
import type { Termination } from '../../core/run/terminations.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { groupText } from '../../core/server/rank-groups.ts';
import { type Group, groupOf, type Session } from '../../core/server/session.ts';
import { type Refused, refusalsIn } from '../../core/trigger/log-lines.ts';
import type { Facts } from '../base/facts.ts';
import { ageRange, ageText, counted, timeText } from '../base/phrases.ts';
import { ruleText } from '../message/actions.ts';
import { reasonOf } from '../message/refused-text.ts';
import { type SparedGroup, sparedGroups } from '../message/spared.ts';
import { fold } from './fold.ts';
import { type Html, html, nameHtml } from './html.ts';
import { groupCell, htmlTable } from './html-table.ts';
import { pidsBlock } from './paste-block.ts';

/** Rows of single sessions. */
const MOST_SESSIONS = 200;

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
    addressHtml(each.session),
    idleText(each.session),
    ruleText(each),
    ...(hypothetical ? [] : [each.result ?? 'not tried']),
  ]);
  // An observing run has no results.
  const result = hypothetical ? [] : ['result'];
  const title = hypothetical ? 'Sessions that would be ended' : 'Sessions chosen, and their results';
  return html`<section><h2>${title}</h2>
${htmlTable(['#sessions', 'program', 'idle for', ...result], groups)}
<details><summary>${counted(all.length, 'session')}, one by one</summary>
<p class="faint">Their pids; one click selects them.</p>${pidsBlock(all.flatMap(({ session }) => session.pid ?? []))}
${htmlTable(['#pid', 'program', 'from', '#idle for', 'by', ...result], rows, MOST_SESSIONS)}</details></section>
`;
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

function addressHtml({ address }: Session): Html {
  return address === '' ? html`unknown` : nameHtml(address);
}

/** Which sessions stayed, by program, and then each with its reason. */
export function sparedTable({ record }: Facts): Html | null {
  const groups = sparedGroups(record);
  if (groups.length === 0) return null;
  const spared = groups.flatMap(({ reason, those }) => those.map(({ session }) => ({ reason, session })));
  const nameOf = programNames(record.snapshot);
  const programs = [...Map.groupBy(spared, ({ session }) => groupText(nameOf(session))).values()];
  const rows = programs
    .toSorted((a, b) => b.length - a.length)
    .flatMap((those) => {
      const [first] = those;
      return first === undefined
        ? []
        : [[those.length, groupCell(nameOf(first.session)), reasonsText(those)]];
    });
  return fold(
    'Spared',
    counted(spared.length, 'session'),
    html`${htmlTable(
      ['#sessions', 'why'],
      groups.map(({ reason, those }) => [those.length, reason]),
    )}
<h3>By program</h3>${htmlTable(['#sessions', 'program', 'why'], rows)}
<details><summary>Each of them with its reason</summary>
${htmlTable(['#pid', 'program', 'state', '#for', 'why'], groups.flatMap(sparedRows), MOST_SESSIONS)}</details>`,
  );
}

/** The reasons of one program's sessions, with their numbers where there are several. */
function reasonsText(those: readonly { readonly reason: string }[]): string {
  const reasons = [...Map.groupBy(those, ({ reason }) => reason)];
  return reasons
    .map(([reason, { length }]) => (reasons.length > 1 ? `${length} ${reason}` : reason))
    .join('; ');
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
export function newcomersTable(facts: Facts): Html | null {
  const { record, reduced, newcomers: programs, retaken: count, losses, perhaps } = facts;
  if (settledReading(record) === null) return null;
  const title = 'New sessions since the first snapshot';
  const freed = losses.length + perhaps.length;
  const hint = freed === 0 ? '' : `${count} of ${counted(freed, 'freed slot')} re-taken`;
  if (reduced.includes('spared sessions'))
    return fold(
      title,
      hint,
      html`<p>By which programs is not known: the record was too large to keep them.</p>`,
    );
  if (programs.length === 0)
    return fold(title, hint, html`<p>None: no freed slot was taken until the last read.</p>`);
  const rows = programs.map(({ group, lost, came, retaken }) => [
    groupCell(group),
    came,
    lost,
    lost > 0 ? `${retaken} re-taken` : 'new',
  ]);
  return fold(title, hint, htmlTable(['program', '#opened', '#had lost', 'result'], rows));
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
  return fold(
    'Refused clients',
    counted(refusalsIn(trigger.refused), 'refusal'),
    html`${htmlTable(['client', '#times', 'for', 'last'], rows)}
<p class="faint">Log group ${cleanName(trigger.logGroup, 200)}, stream ${cleanName(trigger.logStream, 200)}.</p>`,
  );
}

function clientCell({ clients, user, database, address }: Refused): Html {
  const named = (name: string | null) => (name === null ? html`?` : nameHtml(name));
  const client = clients > 1 ? html`${clients} others` : html`${named(user)}@${named(database)}`;
  return html`${client}${address === null ? null : html`<br><span class="faint">${nameHtml(address)}</span>`}`;
}
