import { isPlainlyVisible } from './clean-text.ts';

/**
 * An identifier that can be pasted: always quoted, so that no name is taken for a keyword or folded to lower case. A
 * name with characters that nobody sees, or with a link, is written with escapes, which the server turns back.
 */
export function quoteIdentifier(name: string): string {
  const quoted = name.replaceAll('"', '""');
  if (isPlainlyVisible(name) && !name.includes('://')) return `"${quoted}"`;
  const escaped = [...quoted.replaceAll('\\', '\\\\')].map((character) =>
    isPlainlyVisible(character) && character !== ':' ? character : unicodeEscape(character),
  );
  return `U&"${escaped.join('')}"`;
}

function unicodeEscape(character: string): string {
  return `\\+${(character.codePointAt(0) ?? 0).toString(16).padStart(6, '0')}`;
}

/** A text as a constant that can be pasted. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
