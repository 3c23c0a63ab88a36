import { cleanMessage, cleanName } from '../../core/base/clean-text.ts';
import type { Severity } from '../../core/incident/outcome-table.ts';
import { settledReading } from '../../core/run/newcomers.ts';
import { refusalsIn } from '../../core/trigger/log-lines.ts';
import type { Facts } from '../base/facts.ts';
import { outcomeWord } from '../base/outcome-word.ts';
import { counted, secondsText, timeText } from '../base/phrases.ts';
import { severityOf } from '../base/severity.ts';
import { headlineOf } from '../message/headline.ts';
import { happenedTexts } from '../message/what-happened.ts';
import { type Html, html } from './html.ts';

/** The beginning of the page: the message's first sentence, the outcome, and the main numbers. */
export function answerHtml(facts: Facts): Html {
  const { server, mode, startedAt } = facts.record;
  return html`<header>
<p class="kicker">pg-headroom · ${cleanName(server)} · ${timeText(startedAt)}</p>
<h1>${sentenceOf(facts)}</h1>
<p><span class="badge ${lookOf(facts)}">${outcomeText(facts)}</span>${mode === 'observe' ? OBSERVED : null}</p>
</header>
${tiles(facts)}
${happenedTexts(facts)
  .filter((text) => text !== '')
  .map(
    (text) => html`<p>${text}</p>
`,
  )}${missing(facts)}`;
}

/** On the page the pressure can be seen to be over. Subscribers still get the severity of the message. */
function lookOf({ record: { outcome, mode }, hypothetical }: Facts): Severity {
  return outcome === 'recovered' && !hypothetical ? 'info' : severityOf(outcome, mode);
}

/** An observing run has recovered nothing, so it `would recover`. */
function outcomeText({ record: { outcome }, hypothetical }: Facts): string {
  return outcome === 'recovered' && hypothetical ? 'would recover' : outcomeWord(outcome);
}

/** The first sentence, as on-call has read it in the message. */
export function sentenceOf(facts: Facts): string {
  return `${cleanName(facts.record.server)}: ${headlineOf(facts).sentence}`;
}

const OBSERVED = html`<span class="badge observed">observed only: nothing was terminated</span>`;

type Tile = { readonly title: string; readonly value: string; readonly more: string | null };

function tiles(facts: Facts): Html | null {
  const shown = [
    slotsTile(facts),
    endedTile(facts),
    retakenTile(facts),
    refusedTile(facts),
    timeTile(facts),
  ].filter((each) => each !== null);
  if (shown.length === 0) return null;
  return html`<dl class="tiles">${shown.map(
    ({
      title,
      value,
      more,
    }) => html`<div><dt>${title}</dt><dd>${value}</dd>${more === null ? null : html`<dd class="small">${more}</dd>`}</div>
`,
  )}</dl>`;
}

function slotsTile({ before, after }: Facts): Tile | null {
  if (before === null) return null;
  const now = after ?? before;
  const free = counted(Math.max(0, now.usable - now.used), 'slot');
  const scope = now.scope.kind === 'server' ? '' : ` of ${now.scope.kind} ${cleanName(now.scope.name)}`;
  return {
    title: `Slots used${scope}`,
    value: `${now.used} of ${now.usable}`,
    more: `${after === null ? '' : `${before.used} before, `}${free} free`,
  };
}

function endedTile({ record, hypothetical, losses, perhaps, terminations }: Facts): Tile | null {
  if (record.plan === null) return null;
  if (hypothetical) return { title: 'Would be ended', value: String(losses.length), more: 'none was' };
  const others = terminations.length - losses.length;
  const more =
    perhaps.length > 0
      ? `and ${perhaps.length} perhaps`
      : others > 0
        ? `of ${terminations.length} chosen`
        : null;
  return { title: 'Sessions ended', value: String(losses.length), more };
}

function retakenTile({ record, retaken, losses, perhaps }: Facts): Tile | null {
  if (settledReading(record) === null) return null;
  return {
    title: 'Re-taken',
    value: String(retaken),
    more: `of ${counted(losses.length + perhaps.length, 'freed slot')}`,
  };
}

function refusedTile({ record: { trigger } }: Facts): Tile | null {
  if (trigger.kind !== 'log-lines' || trigger.refused.length === 0) return null;
  return { title: 'Refusals in the log', value: String(refusalsIn(trigger.refused)), more: null };
}

function timeTile({ record: { timings, connecting, outcome } }: Facts): Tile | null {
  const tries = counted(connecting.attempts, 'try', 'tries');
  if (timings.terminated !== null)
    return {
      title: 'Until slots were free',
      value: secondsText(timings.terminated),
      more: `${tries} to connect`,
    };
  if (timings.connected !== null)
    return { title: 'Time to connect', value: secondsText(timings.connected), more: tries };
  return outcome !== 'cannot-connect'
    ? null
    : { title: 'Tried to connect for', value: secondsText(timings.finished), more: tries };
}

/** Tells people that the page is short because the record is, and not because the incident was small. */
function missing({ reduced }: Facts): Html | null {
  if (reduced.length === 0) return null;
  const text = cleanMessage(
    `The record of this run was too large. These parts were left out, in this order: ${reduced.join(', ')}.`,
  );
  const lacking = reduced.includes('spared sessions')
    ? ' So the page cannot show which programs held the slots and which sessions were spared. The chosen sessions are complete.'
    : '';
  return html`<p class="notice trouble" role="note">${text}${lacking}</p>`;
}
