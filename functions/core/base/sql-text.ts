import { isPlainlyVisible } from './clean-text.ts';
import { UNKNOWN_BYTE } from './server-text.ts';

/** Reloads the configuration, whatever search path the owner of the database has set. */
export const RELOAD = 'SELECT pg_catalog.pg_reload_conf();';

/**
 * An identifier that people can paste. It is always quoted, so that no name is read as a keyword or folded to
 * lower case. A name with invisible characters or a link is written in ASCII with escapes, which the server
 * turns back.
 */
export function quoteIdentifier(name: string): string {
  const quoted = name.replaceAll('"', '""');
  if (isPlain(name)) return `"${quoted}"`;
  const hex = (codePoint: number) => `\\+${codePoint.toString(16).padStart(6, '0')}`;
  return `U&"${inAscii(quoted.replaceAll('\\', '\\\\'), hex)}"`;
}

/** A text constant that people can paste, with escapes in the same cases. */
export function quoteLiteral(text: string): string {
  const quoted = text.replaceAll("'", "''");
  if (isPlain(text) && !text.includes('\\')) return `'${quoted}'`;
  const escaped = quoted.replaceAll('\\', '\\\\');
  const hex = (codePoint: number) => `\\U${codePoint.toString(16).padStart(8, '0')}`;
  // U&'' is refused where standard_conforming_strings is off, which the owner of a database may set.
  return `E'${isPlain(text) ? escaped : inAscii(escaped, hex)}'`;
}

function isPlain(text: string): boolean {
  return isPlainlyVisible(text) && !text.includes('://');
}

function inAscii(text: string, hex: (codePoint: number) => string): string {
  return [...text]
    .map((character) => (/[ -9;-~]/.test(character) ? character : hex(character.codePointAt(0) ?? 0)))
    .join('');
}

const IDENTIFIER = /"(?:[^"]|"")*"/g;

/**
 * Whether a name in a statement holds the sign for a byte that could not be decoded. The statement then names
 * nothing, or something else. A name that holds this sign itself is in doubt as well.
 */
export function isInDoubt(statement: string): boolean {
  return (statement.match(IDENTIFIER) ?? []).some((identifier) => identifier.includes(UNKNOWN_BYTE));
}
