import { NO_NAME } from '../base/clean-text.ts';
import { memoize } from '../base/memoize.ts';
import { isAscii, UNKNOWN_BYTE } from '../base/server-text.ts';

/**
 * One predicate for a policy's list of names. Names are exact and case-sensitive, `*` stands for any text, and the
 * whole name must match: an unanchored `app` that also takes `app_admin` has ended the wrong sessions elsewhere.
 */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.map((pattern) => (pattern === NO_NAME ? '' : pattern)));
  const globs = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'));
  const matches = (name: string) => exact.has(name) || globs.some((pieces) => matchesGlob(pieces, name));
  return globs.length === 0 ? matches : memoize(matches);
}

/**
 * The same for names that are not known for certain: whether a pattern with characters other than ASCII could mean one. Bytes
 * that mean nothing are `?` in the name, and the letters beside them may be others. A name that is cut off may go on in any way.
 */
export function possibleNameMatcher(
  patterns: readonly string[],
): (name: string, isCutOff: boolean) => boolean {
  const foreign = patterns.filter((pattern) => !isAscii(pattern)).map((pattern) => [...pattern]);
  return (name, isCutOff) => foreign.some((pattern) => couldMean(pattern, name, isCutOff));
}

/** All places of the pattern that may be reached, one character of the name after the other. */
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
  // A letter takes one byte or more; what stands for them here need not be as many.
  const next = pattern.findIndex((each, place) => place > at && isAscii(each));
  const end = next < 0 ? pattern.length : next;
  return Array.from({ length: end - at + 1 }, (_, more) => at + more);
}

/** A star may stand for nothing. */
function withoutStar(pattern: readonly string[], at: number): readonly number[] {
  return pattern[at] === '*' ? [at, ...withoutStar(pattern, at + 1)] : [at];
}

/** Linear in the name: each piece is taken at its first place, which is as good as any when only `*` lies between. */
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
