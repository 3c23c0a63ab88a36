/** The server's own names have at most 63 bytes. The record has longer names in full. */
const MAX_NAME = 64;

/**
 * Characters that people cannot see or that look like others: control, format, private and unassigned
 * characters, lone surrogates, line and paragraph separators, other spaces than the plain one, letters that
 * look blank.
 */
const unseen = () => /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;
/** Letters written from right to left. They reorder the digits beside them, and so the numbers of a table. */
const rightToLeft = () => /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Whether people see every character of the text, in the order in which it is written. */
export function isPlainlyVisible(text: string): boolean {
  return !unseen().test(text) && !rightToLeft().test(text);
}

function visible(character: string, isVisible: typeof isPlainlyVisible): string {
  if (isVisible(character)) return character;
  return SHORT_ESCAPES[character] ?? escaped(character);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * A name that a client chose, made fit for texts that people read: one line, at most `max` characters,
 * nothing that is interpreted, moves the cursor, reorders the text around it or forges a column. The
 * renderers escape for their own markup afterwards.
 */
export function cleanName(name: string, max: number = MAX_NAME): string {
  return name === '' ? NO_NAME : clean(name, max, false);
}

/**
 * The same, with letters that are written from right to left as they are. The caller isolates the name from
 * the text around it, for example with `<bdi>`.
 */
export function cleanIsolatedName(name: string, max: number = MAX_NAME): string {
  return name === '' ? NO_NAME : clean(name, max, false, (character) => !unseen().test(character));
}

/**
 * A message of ours, which may quote names and texts of the server. Only its line breaks and indentation stay
 * as they are.
 */
export function cleanMessage(text: string, maxLines = 30): string {
  const lines = text.split('\n');
  const shown = lines.slice(0, maxLines).map((line) => clean(line, 1_000, true));
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more lines`] : [])].join('\n');
}

/** Cuts between characters and between escapes. */
function clean(
  text: string,
  max: number,
  keepSpaces: boolean,
  isVisible: typeof isPlainlyVisible = isPlainlyVisible,
): string {
  const pieces: string[] = [];
  let [length, before] = [0, ' '];
  for (const character of text) {
    // Two spaces would look like the gap between two columns.
    const forges = !keepSpaces && character === ' ' && before === ' ';
    const piece = forges ? escaped(character) : visible(character, isVisible);
    pieces.push(piece);
    length += piece.length;
    before = character;
    if (length > max) return `${fitting(pieces, max - 3)}...`;
  }
  // People click links in a page at night, so a client's name must not become a link.
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

/** For subjects, which are printable ASCII only. Takes what `cleanName` gives. */
export function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?');
}
/** The word for an empty name in a policy. Leaking programs often set no application name. */
export const NO_NAME = '(none)';
