/**
 * Characters that JSON does not escape, but that move the cursor, end a line or change the direction of text where a log is
 * read.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * One line of JSON on standard output, which Lambda ships to the function's log group as it is. What is written by the
 * console would be wrapped there: as a text within JSON, in which no query of ours finds a field.
 */
export function logLine(event: string, fields: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ event, ...fields }).replace(UNSEEN, escaped)}\n`);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
