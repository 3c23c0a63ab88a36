import { cleanIsolatedName } from '../../core/base/clean-text.ts';

/** Markup that `html` made, or that was checked and found harmless. */
export type Html = { readonly markup: string };

/** What a template may contain. Texts are escaped, null gives nothing. */
export type Piece = string | number | Html | readonly Html[] | null;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text between tags and for quoted values of attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}

/** Markup from a template. Each value is escaped, unless it is markup that was made in the same way. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const filled = strings.map((literal, at) => literal + markupOf(pieces[at] ?? null));
  return { markup: filled.join('') };
}

function markupOf(piece: Piece): string {
  if (piece === null) return '';
  if (typeof piece === 'string' || typeof piece === 'number') return escapeHtml(String(piece));
  if ('markup' in piece) return piece.markup;
  return piece.map(({ markup }) => markup).join('');
}

/** A link to another page. Only addresses that we made ourselves become one. */
export function linkHtml(url: string, text: string): Html {
  return html`<a href="${url}" rel="noreferrer">${text}</a>`;
}

/** A name that a client chose. It may be written from right to left, and must not turn the text around it. */
export function nameHtml(name: string, max?: number): Html {
  return html`<bdi>${cleanIsolatedName(name, max)}</bdi>`;
}

/** Markup from another source. The caller has to make sure that it is harmless. */
export function trusted(markup: string): Html {
  return { markup };
}
