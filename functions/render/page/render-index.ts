import { INDEX_DAYS } from '../../contract.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import type { IncidentIndex, IndexedIncident, IndexedRun } from '../../core/incident/incident-index.ts';
import { meaningOf } from '../../core/incident/outcome-table.ts';
import { CAUSE_WORDS } from '../base/cause-words.ts';
import { outcomeWord } from '../base/outcome-word.ts';
import { ageText, capital, counted } from '../base/phrases.ts';
import { dayText } from './clock.ts';
import { documentHtml } from './document.ts';
import { type Html, html, linkHtml, nameHtml } from './html.ts';

/** Incidents that show their runs. Older ones show their numbers. */
const MOST_OPEN = 60;

/** What an index links to, and the data that it carries for the next report. */
export type IndexPlace = {
  /** Null for the index of all servers of a region. */
  readonly server: string | null;
  /** The address of the index of all servers. */
  readonly up: string | null;
  readonly data: string;
  /** By the id of a run, and in the index of all servers also by the name of a server. */
  readonly urlOf: (key: string) => string | null;
};

/** All incidents with their runs: outcome, culprit, and slots over time. A page without scripts as well. */
export function renderIndex({ incidents }: IncidentIndex, place: IndexPlace): string {
  const { server, up, data } = place;
  const open = incidents.filter(({ closedAt }) => closedAt === null).length;
  const title =
    server === null ? 'Incidents of all servers' : `Incidents of ${cleanName(incidents[0]?.name ?? server)}`;
  const back = up === null ? null : html` · ${linkHtml(up, 'all servers')}`;
  const count = `${counted(incidents.length, 'incident')} in ${INDEX_DAYS} days${open > 0 ? `, ${open} open` : ''}`;
  const items = incidents.map((incident, at) => incidentItem(incident, place, at < MOST_OPEN));
  return documentHtml(
    title,
    html`<header><p class="kicker">pg-headroom${back}</p>
<h1>${title}</h1><p class="faint">${count}. Times are UTC.</p></header>
${items}`,
    html`<meta name="pg-headroom-index" content="${data}">`,
  );
}

function incidentItem(incident: IndexedIncident, place: IndexPlace, isShown: boolean): Html {
  const { cause, culprit, openedAt, closedAt, runs, runCount, ended } = incident;
  const last = runs.at(-1);
  const why = cause === null ? 'cause not known' : CAUSE_WORDS[cause];
  const by = culprit === null ? null : html`: ${nameHtml(culprit)}`;
  const lasted = closedAt === null ? null : ageText(Date.parse(closedAt) - Date.parse(openedAt));
  const state =
    closedAt === null
      ? html`<span class="badge ${last === undefined ? 'plain' : lookOf(last)}">open</span>`
      : html`<span class="badge plain">over after ${lasted}</span>`;
  const done = ended === 0 ? '' : ` · ${counted(ended, 'session')} ended`;
  const list = isShown ? html`<ol class="runs">${runs.map((run) => runItem(run, place))}</ol>` : null;
  return html`<section class="incident"><h2><time datetime="${openedAt}">${momentText(openedAt)}</time> ${capital(why)}${by}</h2>
<p>${state} ${serverPart(incident, place)}<span class="faint">${counted(runCount, 'run')}${done}</span></p>
${list}</section>
`;
}

function serverPart(
  { server, name = server }: IndexedIncident,
  { server: only, urlOf }: IndexPlace,
): Html | null {
  if (only !== null) return null;
  const url = urlOf(server);
  return html`<strong>${url === null ? nameHtml(name) : linkHtml(url, cleanName(name))}</strong> · `;
}

/** One run: when, its slots as a bar, and what it came to, with a link to its page. */
function runItem(run: IndexedRun, { urlOf }: IndexPlace): Html {
  const { id, at, outcome, mode, used, after, usable, ended, hasPage } = run;
  const url = hasPage ? urlOf(id) : null;
  const word = `${outcomeWord(outcome)}${mode === 'observe' ? ', observed' : ''}${ended > 0 ? `, ${counted(ended, 'session')} ended` : ''}`;
  const slots =
    used === null || usable === null
      ? 'not seen'
      : `${reserveApart(used, usable)}${after === null || after === used ? '' : ` → ${after}`} of ${usable}`;
  return html`<li class="${lookOf(run)}"><time datetime="${at}">${momentText(at)}</time><span class="track">${barOf(run)}</span><span class="slots">${slots}</span><span class="what">${url === null ? word : linkHtml(url, word)}</span></li>
`;
}

/** `54 and 1 of the reserve`: ordinary clients may hold slots of the reserve. */
function reserveApart(used: number, usable: number): string {
  return used > usable ? `${usable} and ${used - usable} of the reserve` : String(used);
}

function barOf({ used, after, usable }: IndexedRun): Html | null {
  if (used === null || usable === null || usable <= 0) return null;
  const percent = (slots: number) => Math.min(100, Math.round((slots * 100) / usable));
  const now = after ?? used;
  const freed = now < used ? html`<span class="ghost" style="width:${percent(used - now)}%"></span>` : null;
  return html`<span class="fill" style="width:${percent(now)}%"></span>${freed}`;
}

/** `calm` when nothing is left to do. */
function lookOf({ outcome, mode }: IndexedRun): 'critical' | 'info' {
  return meaningOf(outcome, mode).unresolved === false ? 'info' : 'critical';
}

/** `28 Nov 2026, 03:15`. */
function momentText(iso: string): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return cleanName(iso);
  return `${dayText(at)} ${new Date(at).getUTCFullYear()}, ${new Date(at).toISOString().slice(11, 16)}`;
}
