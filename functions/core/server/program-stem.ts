/**
 * Which part of a name a program keeps for itself, and which part it only puts there to tell its processes, pods, leases or
 * tasks apart. Only whole tokens are taken out: `svc-oauth2` and `svc-http2` stay two names.
 */

/** A server cuts names after 63 bytes, at the end of a character. */
const SHORTEST_CUT = 60;
/** No server shows longer names; a file may. */
const LONGEST = 256;

const UUID = '[0-9a-f]{8}([-_])[0-9a-f]{4}\\1[0-9a-f]{4}\\1[0-9a-f]{4}\\1[0-9a-f]{12}';
/** With a digit: `db::add` names something. */
const IPV6 =
  '(?=[a-f:]*\\d)(?=[0-9a-f:]*::|(?:[0-9a-f]{1,4}:){7})(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%[0-9a-z]+)?';
const HEX = '(?:0x)?(?=[a-f]*\\d)[0-9a-f]{8,}';
/** The letters and digits that Kubernetes makes names of. */
const POD = '[bcdfghjklmnpqrstvwxz2456789]';
/** The hash of a replica set, or the minute of a job; then five characters. */
const POD_ENDINGS = `(?<=-)(?:(?=[^-\\d]*\\d)${POD}{7,10}|\\d{8,10})-${POD}{5}`;

/** Stands for what was taken out; no server has it in a name. */
const GONE = '\0';

/** Where tokens end, and what goes with them. */
type Alphabet = {
  readonly letter: string;
  readonly digit: string;
  readonly separator: string;
  readonly flags: string;
};

function expressionsFor({ letter, digit, separator, flags }: Alphabet) {
  const before = `(?<![${letter}])`;
  const after = `(?![${letter}])`;
  const gap = `[${separator}]*`;
  return {
    token: new RegExp(`(?:${POD_ENDINGS}|${before}(?:${digit}+|${UUID}|${IPV6}|${HEX}))${after}`, flags),
    /** What a cut can leave of a token at the end of a name. */
    cutToken: new RegExp(
      `(?:(?<=-)(?=[^-\\d]*\\d)${POD}{7,10}(?:-${POD}{0,5})?|${before}(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){0,3}-?[0-9a-f]*|[0-9a-f:.]+))$`,
      flags,
    ),
    run: new RegExp(`${GONE}(?:${gap}${GONE})+`, flags),
    atAnEnd: new RegExp(`^${gap}${GONE}${gap}|${gap}${GONE}${gap}$`, flags),
    between: new RegExp(`${gap}${GONE}${gap}`, flags),
  };
}

/** Nearly all names are of the small alphabet, which is looked through in a third of the time. */
const IN_ASCII = expressionsFor({
  letter: '0-9A-Za-z',
  digit: '\\d',
  separator: '!-\\/:-@\\[-`{-~ ',
  flags: 'gi',
});
const IN_ANY = expressionsFor({
  letter: '\\p{L}\\p{N}\\p{M}',
  digit: '\\p{Nd}',
  separator: '\\p{P}\\p{Z}+=|~^$<>`',
  flags: 'giu',
});
const ASCII = /^[ -~]*$/;

/** Names without any of these are their own stem. */
const MAY_HAVE_TOKENS = /[\p{Nd}[({<]/u;

/** The stem of names that are nothing but tokens, and the mark for what a pattern leaves open. */
export const ANY_NAME = '*';

/** A name without its tokens, and the same as people read it: `orders` and `orders-*`. */
export type Stem = { readonly stem: string; readonly pattern: string };

/** Of an application's name: numbers, uuids, hex of 8 and more with a digit, addresses, brackets and a pod's endings are out. */
export function applicationStem(name: string): Stem {
  const isAscii = ASCII.test(name);
  const isCut = (isAscii ? name.length : new TextEncoder().encode(name).length) >= SHORTEST_CUT;
  if (!isCut && !MAY_HAVE_TOKENS.test(name)) return { stem: name, pattern: name };
  const { token, cutToken, ...runs } = isAscii ? IN_ASCII : IN_ANY;
  const open = withoutBrackets(name.slice(0, LONGEST), isCut);
  const marked = (isCut ? open.replace(cutToken, GONE) : open).replace(token, GONE);
  const first = marked.indexOf(GONE);
  if (first < 0) return { stem: name, pattern: name };
  if (isAscii && first === marked.length - 1) return withGoneAtEnd(marked, first);
  const joined = marked.replace(runs.run, GONE);
  const stem = joined.replace(runs.atAnEnd, '').replace(runs.between, ' ');
  return { stem: stem === '' ? ANY_NAME : stem, pattern: joined.replaceAll(GONE, ANY_NAME) };
}

/** The commonest form by far, without an expression. */
function withGoneAtEnd(marked: string, at: number): Stem {
  let end = at;
  while (end > 0 && !isLetterOrDigit(marked.charCodeAt(end - 1))) end -= 1;
  return { stem: end === 0 ? ANY_NAME : marked.slice(0, end), pattern: `${marked.slice(0, at)}${ANY_NAME}` };
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}', '<': '>' };

const OPENS = /[[({<]/;

/** Everything in brackets, with them. What is never closed was cut off with the name's end, or is no bracket. */
function withoutBrackets(name: string, isCut: boolean): string {
  if (!OPENS.test(name)) return name;
  let text = '';
  let from = 0;
  while (from < name.length) {
    const character = name.charAt(from);
    const end = CLOSING[character] === undefined ? from : closedAt(name, from);
    if (end === from) text += character;
    else if (end !== null || isCut) text += GONE;
    else text += character;
    from = end === null ? (isCut ? name.length : from + 1) : end + 1;
  }
  return text;
}

/** Where the bracket that opens here is closed; null where it is not. Brackets inside are of any kind. */
function closedAt(name: string, from: number): number | null {
  const open: string[] = [];
  for (let at = from; at < name.length; at += 1) {
    const closing = CLOSING[name.charAt(at)];
    if (closing !== undefined) open.push(closing);
    else if (name.charAt(at) === open.at(-1)) open.pop();
    if (open.length === 0) return at;
  }
  return null;
}

/**
 * What a lease gives its role: a random text and the time it was made (Vault: `v-token-app-<20 characters>-<seconds>`), or one
 * of both. `tenant_17` has no lease's ending: roles with numbers are roles of their own.
 */
const LEASE = new RegExp(
  `[-_.](?:(?:[0-9A-Za-z]{20}|(?=[A-Za-z]*\\d)[0-9A-Za-z]{10,})[-_.]\\d{9,13}|1\\d{9}(?:\\d{3})?|(?=\\d*[A-Za-z])(?=[A-Za-z]*\\d)[0-9A-Za-z]{16,}|${UUID}|${HEX})$`,
  'u',
);

/** Of a role's name: without a lease's ending. */
export function roleStem(name: string): Stem {
  const ending = name.length > LONGEST ? null : LEASE.exec(name);
  if (ending === null || ending.index === 0) return { stem: name, pattern: name };
  const stem = name.slice(0, ending.index);
  return { stem, pattern: `${stem}${ending[0].charAt(0)}${ANY_NAME}` };
}
