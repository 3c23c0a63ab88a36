/** Markup that `html` made, or that was looked through and found harmless. */
export type Html = { readonly markup: string };

/** What may stand in a template: texts are escaped, null is nothing. */
export type Piece = string | number | Html | readonly Html[] | null;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text between tags, and for the values of attributes in quotes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}

/** Markup by template. Whatever is put into it is text, unless it is markup that was made in the same way. */
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

/** Markup from elsewhere, whose harmlessness the caller answers for. */
export function trusted(markup: string): Html {
  return { markup };
}
