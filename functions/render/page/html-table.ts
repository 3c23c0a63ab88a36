import type { Group } from '../../core/server/session.ts';
import { counted } from '../base/phrases.ts';
import { type Html, html, nameHtml, type Piece } from './html.ts';

/**
 * The most rows of one table. Further rows are counted, because a phone cannot open a page with five
 * thousand.
 */
const MOST_ROWS = 100;

/**
 * A title that begins with `#` belongs to a column of numbers, which are aligned to the right. On a phone the cells of a row
 * stand below each other, but for a table that is `slim`: a few columns of short words and numbers.
 */
export function htmlTable(
  titles: readonly string[],
  rows: readonly (readonly Piece[])[],
  most = MOST_ROWS,
  layout: 'stacks' | 'slim' = 'stacks',
): Html {
  const columns = titles.map((title) => ({
    title: title.replace(/^#/, ''),
    kind: title.startsWith('#') ? 'number' : 'text',
  }));
  const shown = rows.length <= most + 1 ? rows : rows.slice(0, most);
  const head = columns.map(
    ({ title, kind }) => html`<th role="columnheader" scope="col" class="${kind}">${title}</th>`,
  );
  const body = shown.map(
    (row) => html`<tr role="row">${row.map((cell, at) => cellHtml(cell, columns[at]))}</tr>
`,
  );
  const rest = rows.length - shown.length;
  const more =
    rest > 0 ? html`<p class="faint">and ${counted(rest, 'more row')}; the record has them all.</p>` : null;
  // Without the roles a screen reader takes cells that stand below each other for no table.
  return html`<table role="table" class="${layout}"><thead role="rowgroup"><tr role="row">${head}</tr></thead><tbody role="rowgroup">
${body}</tbody></table>${more}`;
}

type Column = { readonly title: string; readonly kind: string };

function cellHtml(cell: Piece, column: Column | undefined): Html {
  return html`<td role="cell" class="${column?.kind ?? 'text'}" data-title="${column?.title ?? ''}"><div>${cell}</div></td>`;
}

/** An application with its role and database, in two lines of one cell. */
export function groupCell(group: Group): Html {
  const { application, user, database } = group;
  return html`${nameHtml(application)}<br><span class="faint">${nameHtml(user)}@${nameHtml(database)}</span>`;
}
