import { cleanName } from '../../core/base/clean-text.ts';
import { ageText, counted } from '../base/phrases.ts';
import { type Bar, barList } from './bar-list.ts';
import { figure } from './figure.ts';
import { ownerHtml } from './holders-chart.ts';
import { type Html, html, nameHtml } from './html.ts';
import type { PageFacts } from './page-facts.ts';
import { pidsBlock } from './paste-block.ts';
import { longestRunning, type Running, type StatementUse, statementsOf } from './statements.ts';

const MOST_STATEMENTS = 8;
const MOST_RUNNING = 8;
/** A shape that is longer is recognized by its beginning. */
const MOST_CHARACTERS = 280;

/** What they run, how many of them, and for how long. Null when no statement was kept. */
export function statementsChart(facts: PageFacts): Html | null {
  const uses = statementsOf(facts);
  if (uses.length === 0) return null;
  return figure('What they run', [statementList(uses), ...longestPart(longestRunning(facts))]);
}

/** What all programs run, beside another chart. */
export function statementsSection(facts: PageFacts): Html | null {
  if (facts.evidence === null || facts.evidence.holders.length === 0) return null;
  const uses = statementsOf(facts);
  const text = facts.reduced.includes('statements')
    ? 'The record was too large to keep statements.'
    : 'No statement was kept: the declaration of this server says "statements": "off".';
  return html`<section><h2>What they run</h2>${uses.length === 0 ? html`<p class="faint">${text}</p>` : statementList(uses)}</section>
`;
}

function statementList(uses: readonly StatementUse[]): Html {
  const shown = uses.slice(0, MOST_STATEMENTS);
  const rest = uses.slice(shown.length);
  const most = Math.max(...uses.map(({ sessions }) => sessions));
  const sessions = rest.reduce((sum, each) => sum + each.sessions, 0);
  const more =
    rest.length === 0
      ? null
      : html`<p class="faint">and ${counted(rest.length, 'more statement')} of ${counted(sessions, 'session')}.</p>`;
  return html`${barList(
    shown.map((use) => statementBar(use)),
    most,
    'above',
  )}${more}`;
}

function statementBar(use: StatementUse): Bar {
  const { statement, group, isBlamed, running, waiting, inTransaction, idle, sessions } = use;
  const other = sessions - running - waiting - inTransaction - idle;
  return {
    name: html`<code class="statement">${shapeText(statement)}</code>`,
    detail: html`${nameHtml(group.application)} · ${ownerHtml(group)}`,
    parts: [
      { look: 'busy', value: running },
      { look: 'waiting', value: waiting },
      { look: 'in-tx', value: inTransaction },
      { look: 'idle', value: idle },
      { look: 'other', value: other },
    ],
    text: doingText(use),
    more: pidsPart(use),
    isBlamed,
  };
}

/** A statement on one line. */
export function shapeText(statement: string): string {
  return cleanName(statement.replace(/\s+/g, ' ').trim(), MOST_CHARACTERS);
}

function doingText({ running, waiting, inTransaction, idle, longestMs, waits }: StatementUse): string {
  const counts = [
    [running, 'running'],
    [waiting, 'waiting for a lock'],
    [inTransaction, 'in a transaction, ran it last'],
    [idle, 'idle, ran it last'],
  ] as const;
  const doing = counts.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
  const isShort = longestMs === null || longestMs < 1_000;
  const longest = isShort ? [] : [`longest ${ageText(longestMs)}`];
  const [wait] = waits;
  const on = wait === undefined || wait === null || waiting > 0 ? [] : [`waits: ${cleanName(wait)}`];
  return [...doing, ...longest, ...on].join(' · ');
}

function pidsPart({ pids }: StatementUse): Html | null {
  if (pids.length === 0) return null;
  return html`<details><summary>${counted(pids.length, 'pid')}</summary>${pidsBlock(pids)}</details>`;
}

function longestPart(running: readonly Running[]): readonly Html[] {
  const shown = running.slice(0, MOST_RUNNING);
  const [first] = shown;
  if (first === undefined || first.runsMs < 1_000) return [];
  const bars = shown.map(({ pid, runsMs }) => ({
    name: html`pid ${pid ?? '?'}`,
    detail: null,
    parts: [{ look: 'busy', value: runsMs }],
    text: ageText(runsMs),
    isBlamed: false,
  }));
  const more = running.length > shown.length ? ` (${shown.length} of ${running.length})` : '';
  return [html`<h3>How long the longest have run${more}</h3>`, barList(bars, first.runsMs, 'short')];
}
