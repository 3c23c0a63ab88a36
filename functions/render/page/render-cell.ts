import { counted } from '../../core/base/words.ts';
import { LADDER, type LadderPlace, ladderRows } from '../../core/fleet/ladder.ts';
import { nextStep } from '../../core/fleet/next-command.ts';
import type { SeenCell } from '../../core/fleet/seen-cell.ts';
import { driftTexts, proofWords, switchTexts } from '../base/cell-words.ts';
import { ladderSentence, STEP_WORDS } from '../base/ladder-words.ts';
import { timeText } from '../base/phrases.ts';
import { documentHtml } from './document.ts';
import { type Html, html, nameHtml } from './html.ts';
import { htmlTable } from './html-table.ts';

/** As many databases as a cell may have, each a row. */
const MOST_DATABASES = 1_000;

/** All databases of a cell, with the ladder and what waits. `now` is in milliseconds since the epoch. */
export function renderCell(view: SeenCell, now: number): string {
  const { region, account, places } = view;
  const title = `Databases of ${account === null ? region : `${account} in ${region}`}`;
  const rows = ladderRows(places.filter(({ aside }) => aside === null));
  const enforcing = rows.at(-1)?.reached ?? 0;
  const seen = `${counted(places.length, 'database')}, ${enforcing} enforcing, at ${timeText(new Date(now).toISOString())}.`;
  return documentHtml(
    title,
    html`<header><p class="kicker">pg-headroom</p><h1>${title}</h1><p class="faint">${seen}</p></header>
${listOf('Proof', [proofWords(view)])}
${listOf('Switches', switchTexts(view))}
<section><h2>Ladder</h2>${htmlTable(
      ['Step', '#Databases', '#Waiting'],
      rows.map(({ step, reached, waiting }) => [STEP_WORDS[step], reached, waiting.length]),
      rows.length,
      'slim',
    )}</section>
${listOf('What drifted', driftTexts(view))}
<section><h2>Databases</h2>${htmlTable(
      ['Database', 'Owner', 'Tag', 'Steps', 'Next'],
      places.map((place) => rowOf(place, region)),
      MOST_DATABASES,
    )}</section>`,
  );
}

function listOf(title: string, texts: readonly string[]): Html | null {
  if (texts.length === 0) return null;
  return html`<section><h2>${title}</h2><ul>${texts.map((text) => html`<li>${text}</li>`)}</ul></section>`;
}

function rowOf({ seen, aside, reached, next, lacking }: LadderPlace, region: string) {
  const { database } = seen;
  const place = { seen, aside, reached, next, lacking };
  const [gap] = next === null ? lacking : [next];
  const words =
    gap === undefined
      ? html`<span class="faint">nothing</span>`
      : ladderSentence(nextStep(place, gap.problem, region).says);
  return [
    nameHtml(database.name),
    database.owner === null ? '' : nameHtml(database.owner),
    database.tag,
    aside ?? `${reached.length} of ${LADDER.length}`,
    aside === null ? words : '',
  ];
}
