/** As long as the server's own names can be; whoever needs more reads the record. */
const MAX_NAME = 64;

/**
 * What a reader would not see as what it is: control, format, private and unassigned characters, lone surrogates, line
 * and paragraph separators, spaces that are none, blanks that are letters.
 */
const unseen = () => /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;
/** Letters written from right to left reorder the digits beside them, and so the numbers of a table. */
const rightToLeft = () => /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Whether a text is read as what it is. */
export function isPlainlyVisible(text: string): boolean {
  return !unseen().test(text) && !rightToLeft().test(text);
}

function visible(character: string): string {
  if (isPlainlyVisible(character)) return character;
  return SHORT_ESCAPES[character] ?? escaped(character);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * A name that a client chose, fit for any text that people read: one line, at most `max` characters, nothing that is
 * interpreted, moves the cursor, reorders its surroundings or forges a column. Every other renderer escapes for its own
 * markup on top of this.
 */
export function cleanName(name: string, max: number = MAX_NAME): string {
  return name === '' ? NO_NAME : clean(name, max, false);
}

/** A message of ours, which may quote names and server texts: its line breaks and indentation stay, nothing else does. */
export function cleanMessage(text: string, maxLines = 30): string {
  const lines = text.split('\n');
  const shown = lines.slice(0, maxLines).map((line) => clean(line, 1_000, true));
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more lines`] : [])].join('\n');
}

/** Cut between characters and escapes, never inside one. */
function clean(text: string, max: number, keepSpaces: boolean): string {
  const pieces: string[] = [];
  let [length, before] = [0, ' '];
  for (const character of text) {
    // A space after a space would pass for the gap between two columns.
    const forges = !keepSpaces && character === ' ' && before === ' ';
    const piece = forges ? escaped(character) : visible(character);
    pieces.push(piece);
    length += piece.length;
    before = character;
    if (length > max) return `${fitting(pieces, max - 3)}...`;
  }
  // A link in a page at night is clicked: it must not be a client that put it there.
  return pieces.join('').replaceAll('://', '[:]//');
}

function fitting(pieces: readonly string[], max: number): string {
  let text = '';
  for (const piece of pieces) {
    if (text.length + piece.length > max) break;
    text += piece;
  }
  return text.replaceAll('://', '[:]//');
}

/** For subjects: printable ASCII only. Takes what `cleanName` gives. */
export function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?');
}
/** The word for an empty name in a policy: the commonest leak sets no application name. */
export const NO_NAME = '(none)';
