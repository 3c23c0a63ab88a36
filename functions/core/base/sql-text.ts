import { isPlainlyVisible } from './clean-text.ts';
import { UNKNOWN_BYTE } from './server-text.ts';

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

const IDENTIFIER = /"(?:[^"]|"")*"/g;

/**
 * Whether a statement names something by a text with the sign for a byte that nobody could read: it names nothing then, or
 * something else. A name that has this sign itself is as much in doubt.
 */
export function isInDoubt(statement: string): boolean {
  return (statement.match(IDENTIFIER) ?? []).some((identifier) => identifier.includes(UNKNOWN_BYTE));
}

function unicodeEscape(character: string): string {
  return `\\+${(character.codePointAt(0) ?? 0).toString(16).padStart(6, '0')}`;
}

/** A text as a constant that can be pasted. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
