import { remembered } from './remembered.ts';

/** The word for an empty name in a policy: the commonest leak sets no application name. */
export const NO_NAME = '(none)';

/**
 * One predicate for a policy's list of names. Names are exact and case-sensitive, `*` stands for any text, and the
 * whole name must match: an unanchored `app` that also takes `app_admin` has ended the wrong sessions elsewhere.
 */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.map((pattern) => (pattern === NO_NAME ? '' : pattern)));
  const globs = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'));
  const matches = (name: string) => exact.has(name) || globs.some((pieces) => matchesGlob(pieces, name));
  return globs.length === 0 ? matches : remembered(matches);
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
