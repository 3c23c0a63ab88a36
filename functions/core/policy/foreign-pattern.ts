/** Signs of a regular expression. A name may have any of these characters alone. */
const REGULAR_EXPRESSION = [
  /^\/[^/]+\/[gimsuvy]*$/,
  /^\^/,
  /\.[*+]/,
  /\\[dwsbDWSB.]/,
  /\[[^\]]-[^\]]\]/,
  /\w\|\w/,
];
/** A client may write an address with `%20` into its name, which is no pattern. */
const LIKE = /%(?![0-9a-fA-F]{2})/;

/**
 * What a pattern of another language is probably meant to say: `bi-*` for `/^bi-/` and for `bi-%`. Null for a pattern of
 * ours. Such a pattern would match no session and protect nothing, without a sign of it.
 */
export function meantPattern(text: string): string | null {
  if (REGULAR_EXPRESSION.some((sign) => sign.test(text))) return fromRegularExpression(text);
  return LIKE.test(text) ? text.replaceAll('%', '*') : null;
}

function fromRegularExpression(text: string): string {
  const inside = /^\/(.+)\/[a-z]*$/.exec(text)?.[1] ?? text;
  const begins = inside.startsWith('^') ? '' : '*';
  const ends = inside.endsWith('$') ? '' : '*';
  const body = inside
    .replace(/^\^|\$$/g, '')
    .replace(/\.[*+]|\\[dwsDWS][*+]?|\[[^\]]*\][*+]?/g, '*')
    .replace(/\\(.)/g, '$1');
  return `${begins}${body}${ends}`.replace(/\*+/g, '*');
}
