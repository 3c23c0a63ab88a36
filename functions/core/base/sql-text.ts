import { isPlainlyVisible } from './clean-text.ts';
import { UNKNOWN_BYTE } from './server-text.ts';

/**
 * An identifier that people can paste. It is always quoted, so that no name is read as a keyword or folded to
 * lower case. A name with invisible characters or a link is written with escapes, which the server turns
 * back.
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
 * Whether a name in a statement holds the sign for a byte that could not be decoded. The statement then names
 * nothing, or something else. A name that holds this sign itself is in doubt as well.
 */
export function isInDoubt(statement: string): boolean {
  return (statement.match(IDENTIFIER) ?? []).some((identifier) => identifier.includes(UNKNOWN_BYTE));
}

function unicodeEscape(character: string): string {
  return `\\+${(character.codePointAt(0) ?? 0).toString(16).padStart(6, '0')}`;
}

/** A text constant that people can paste. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
