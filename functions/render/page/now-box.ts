import type { Advice } from '../../core/advice/advice.ts';
import { cleanMessage } from '../../core/base/clean-text.ts';
import { urgencyOf } from '../message/step-urgency.ts';
import { isUnresolved } from './answer.ts';
import { type Html, html } from './html.ts';
import type { PageFacts } from './page-facts.ts';
import { pasteBlock } from './paste-block.ts';

/** The box is red while something is left for a person to do. */
export function nowHtml(facts: PageFacts): Html | null {
  const { now } = urgencyOf(facts.steps);
  if (now.length === 0) return null;
  const isOpen = isUnresolved(facts);
  return html`<section class="now${isOpen ? ' open' : ''}"><h2>${isOpen ? 'Now' : 'Next'}</h2>
<ol class="steps">${now.map((step) => stepItem(step, false))}</ol></section>
`;
}

/** What prevents the next page. We execute none of it. */
export function laterHtml({ steps }: PageFacts): Html | null {
  const { now, later } = urgencyOf(steps);
  if (later.length === 0) return null;
  const isMixed = new Set(later.map(({ to }) => to)).size > 1 || later.some(({ to }) => to === 'developer');
  return html`<section><h2>Later</h2>
<ol class="steps" start="${now.length + 1}">${later.map((step) => stepItem(step, isMixed))}</ol></section>
`;
}

function stepItem({ to, text, paste }: Advice, isMixed: boolean): Html {
  const audience =
    isMixed && to === 'developer'
      ? html`<span class="faint">For the developers of the client.</span> `
      : null;
  return html`<li>${audience}${cleanMessage(text)}${paste === undefined ? null : pasted(paste)}</li>
`;
}

function pasted({ language, lines, undo, or }: NonNullable<Advice['paste']>): Html {
  const other =
    or === undefined ? null : html`<p class="undo">Or with our own command:</p>${pasteBlock([or], 'shell')}`;
  const back = undo === undefined ? null : html`<p class="undo">To undo it:</p>${pasteBlock(undo, language)}`;
  return html`${pasteBlock(lines, language)}${other}${back}`;
}
