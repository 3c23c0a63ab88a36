import { NO_NAME } from '../base/clean-text.ts';
import { memoize } from '../base/memoize.ts';
import { isAscii, UNKNOWN_BYTE } from '../base/server-text.ts';

/**
 * One predicate for a policy's list of names. Names are exact and case-sensitive, `*` stands for any text,
 * and the whole name must match. If the pattern `app` also matched `app_admin`, the wrong sessions would end,
 * which has happened with other tools.
 */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.map((pattern) => (pattern === NO_NAME ? '' : pattern)));
  const globs = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'));
  const matches = (name: string) => exact.has(name) || globs.some((pieces) => matchesGlob(pieces, name));
  return globs.length === 0 ? matches : memoize(matches);
}

/**
 * One predicate for names that are not known for certain: whether a pattern with characters other than ASCII
 * could match. Bytes that cannot be decoded are `?` in the name, and the letters beside them may be other
 * letters. A name that is cut off may continue in any way.
 */
export function possibleNameMatcher(
  patterns: readonly string[],
): (name: string, isCutOff: boolean) => boolean {
  const foreign = patterns.filter((pattern) => !isAscii(pattern)).map((pattern) => [...pattern]);
  return (name, isCutOff) => foreign.some((pattern) => couldMean(pattern, name, isCutOff));
}

/** Follows the name one character at a time, and keeps all places of the pattern that it may have reached. */
function couldMean(pattern: readonly string[], name: string, isCutOff: boolean): boolean {
  const hasUnknown = name.includes(UNKNOWN_BYTE);
  let reached: ReadonlySet<number> = new Set(withoutStar(pattern, 0));
  for (const character of name) {
    const isUnknown = hasUnknown && (character === UNKNOWN_BYTE || !isAscii(character));
    const next = [...reached].flatMap((at) => placesAfter(pattern, at, character, isUnknown));
    reached = new Set(next.flatMap((at) => withoutStar(pattern, at)));
  }
  return isCutOff ? reached.size > 0 : reached.has(pattern.length);
}

function placesAfter(
  pattern: readonly string[],
  at: number,
  character: string,
  isUnknown: boolean,
): readonly number[] {
  const expected = pattern[at];
  if (expected === undefined) return [];
  if (expected === '*') return [at];
  if (expected === character) return [at + 1];
  if (!isUnknown || isAscii(expected)) return [];
  // One letter takes one byte or more, so that an unknown text in the name may be shorter or longer than in
  // the pattern.
  const next = pattern.findIndex((each, place) => place > at && isAscii(each));
  const end = next < 0 ? pattern.length : next;
  return Array.from({ length: end - at + 1 }, (_, more) => at + more);
}

/** A star may match an empty text. */
function withoutStar(pattern: readonly string[], at: number): readonly number[] {
  return pattern[at] === '*' ? [at, ...withoutStar(pattern, at + 1)] : [at];
}

/**
 * Linear in the length of the name. Each piece is matched at its first possible place, which is enough
 * because only `*` stands between pieces.
 */
function matchesGlob(pieces: readonly string[], name: string): boolean {
  const first = pieces[0] ?? '';
  const last = pieces[pieces.length - 1] ?? '';
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last))
    return false;
  const end = name.length - last.length;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = name.indexOf(piece, from);
    if (at < 0 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}
