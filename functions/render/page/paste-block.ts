import { cleanMessage } from '../../core/base/clean-text.ts';
import { type Html, html } from './html.ts';

/** More pids are no longer a statement for a person. */
const MOST_PIDS = 100;

/**
 * Lines that one click selects. Many lines scroll, also by keyboard. They already quote the names in them. Characters that are invisible or change
 * the direction of the text must not get into a person's psql either.
 */
export function pasteBlock(lines: readonly string[], language: string): Html {
  const clean = lines.map((line) => cleanMessage(line)).join('\n');
  const code = language === 'shell' ? withWholeOptions(clean) : html`${clean}`;
  return html`<pre class="paste" data-language="${language}" tabindex="0"><code>${code}</code></pre>`;
}

/** Browsers break a line after a hyphen, and so inside of `--table`. */
function withWholeOptions(command: string): Html {
  const parts = command.split(/(?<=\s)(--[\w-]+)/);
  return html`${parts.map((part, at) => (at % 2 === 1 ? html`<span class="option">${part}</span>` : html`${part}`))}`;
}

/** Pids to paste into a statement. */
export function pidsBlock(pids: readonly number[]): Html {
  const more = pids.length - MOST_PIDS;
  const rest = more > 0 ? html`<p class="faint">and ${more} more; the record has them all.</p>` : null;
  return html`${pasteBlock([pids.slice(0, MOST_PIDS).join(', ')], 'pids')}${rest}`;
}
