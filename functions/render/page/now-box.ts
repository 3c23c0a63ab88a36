import type { Advice } from '../../core/advice/advice.ts';
import { cleanMessage } from '../../core/base/clean-text.ts';
import { isUnresolved } from './answer.ts';
import { type Html, html } from './html.ts';
import type { PageFacts } from './page-facts.ts';
import { pasteBlock } from './paste-block.ts';

/** People do not read more at night. */
const MOST_NOW = 3;

/** The steps for this moment, and those that can wait until the morning. */
export type Urgency = { readonly now: readonly Advice[]; readonly later: readonly Advice[] };

/** Without steps that free slots now, the first step is for now: steps are sorted by urgency. */
export function urgencyOf(steps: readonly Advice[]): Urgency {
  const urgent = steps.filter(({ isNow }) => isNow);
  const now = urgent.length > 0 ? urgent.slice(0, MOST_NOW) : steps.slice(0, 1);
  return { now, later: steps.filter((step) => !now.includes(step)) };
}

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

function pasted({ language, lines, undo }: NonNullable<Advice['paste']>): Html {
  const back = undo === undefined ? null : html`<p class="undo">To undo it:</p>${pasteBlock(undo, language)}`;
  return html`${pasteBlock(lines, language)}${back}`;
}
