/** What JSON leaves as it is, but moves the cursor, ends a line or turns the text around where a log is read. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** One line of JSON on standard output, which Lambda ships to the function's log group. */
export function logLine(event: string, fields: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ event, ...fields }).replace(UNSEEN, escaped));
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
