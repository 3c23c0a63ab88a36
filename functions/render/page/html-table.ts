import { cleanName } from '../../core/base/clean-text.ts';
import type { Group } from '../../core/server/session.ts';
import { counted, ownerOf } from '../base/phrases.ts';
import { type Html, html, type Piece } from './html.ts';

/**
 * The most rows of one table. Further rows are counted, because a phone cannot open a page with five
 * thousand.
 */
const MOST_ROWS = 100;

/** A title that begins with `#` belongs to a column of numbers, which are aligned to the right. */
export function htmlTable(
  titles: readonly string[],
  rows: readonly (readonly Piece[])[],
  most = MOST_ROWS,
): Html {
  const columns = titles.map((title) => ({
    title: title.replace(/^#/, ''),
    kind: title.startsWith('#') ? 'number' : 'text',
  }));
  const shown = rows.length <= most + 1 ? rows : rows.slice(0, most);
  const head = columns.map(({ title, kind }) => html`<th scope="col" class="${kind}">${title}</th>`);
  const body = shown.map(
    (
      row,
    ) => html`<tr>${row.map((cell, at) => html`<td class="${columns[at]?.kind ?? 'text'}">${cell}</td>`)}</tr>
`,
  );
  const rest = rows.length - shown.length;
  const more =
    rest > 0 ? html`<p class="faint">and ${counted(rest, 'more row')}; the record has them all.</p>` : null;
  // A table that scrolls can be reached and scrolled by keyboard.
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table: ${titles.map((each) => each.replace(/^#/, '')).join(', ')}">
<table><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div>${more}`;
}

/** An application with its role and database, in two lines of one cell. */
export function groupCell(group: Group): Html {
  return html`<div class="group">${cleanName(group.application)}<br><span class="faint">${ownerOf(group)}</span></div>`;
}
