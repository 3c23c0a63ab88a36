import { isRandomText } from './random-text.ts';

/**
 * Splits a name into the part that names the program and the parts that only tell its processes, pods, leases
 * or tasks apart. Only whole tokens are taken out: `svc-oauth2` and `svc-http2` stay two names.
 */

/** A server cuts names after 63 bytes. */
const CUT_AT = 63;
/** It cuts between characters. A cut name with other characters than ASCII therefore has at least 60 bytes. */
const SHORTEST_CUT = 60;
/** No server shows longer names, but a file may have them. */
const LONGEST = 256;

const UUID = '[0-9a-f]{8}(?<dash>[-_])(?:[0-9a-f]{4}\\k<dash>){3}[0-9a-f]{12}';
const MAC = '[0-9a-f]{2}(?<colon>[:-])(?:[0-9a-f]{2}\\k<colon>){4,}[0-9a-f]{2}';
/** The parts of a time in ISO 8601 that are no numbers: `29T21`, `20261129T210000Z`, `00Z`. */
const TIME = '\\d{2,}(?:T\\d{2,}Z?|Z)';
/** At least one digit is needed: `db::add` names something. */
const IPV6 =
  '(?=[a-f:]*\\d)(?=[0-9a-f:]*::|(?:[0-9a-f]{1,4}:){7})(?:[0-9a-f]{0,4}:){2,8}[0-9a-f]{0,4}(?:%[0-9a-z]+)?';
const HEX = '(?:0x)?(?=[a-f]*\\d)[0-9a-f]{8,}';
/** The letters and digits in generated names of Kubernetes. They are small letters in names of any case. */
const POD = '(?-i:[bcdfghjklmnpqrstvwxz2456789])';
/** Kubernetes writes a number with ten of them. A hash with others is not its own: `mrktplc-bcknd` is what a person wrote. */
const HASH = `(?:(?-i:[4-9bcdf]){7,10}|(?=(?:[^-_\\d]*\\d){2})${POD}{7,10})`;
/** The five characters after it. In examples that people write they also are others, with a digit. */
const LAST_FIVE = `(?:${POD}{5}|(?-i:(?=[a-z]*\\d)[0-9a-z]{5}))`;
/** The hash of a replica set, a uuid with or without its dashes, or the minute of a job, then five characters. */
const POD_ENDINGS = `(?<=(?<gap>[-_]))(?:(?:(?=\\d*[a-z])${HASH}|[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})\\k<gap>${LAST_FIVE}|\\d{8,10}\\k<gap>${POD}{5})`;

/** Stands for the parts that were taken out. No server allows it in a name. */
const GONE = '\0';

/** What ends a token, and which characters belong to it. */
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
    token: new RegExp(
      `(?:${POD_ENDINGS}|${before}(?:${UUID}|${IPV6}|${MAC}|${HEX}|${TIME}|${digit}+))${after}`,
      flags,
    ),
    /** What is left of a token at the end of a name that was cut. */
    cutToken: new RegExp(
      `(?:(?<=[-_])(?=[^-_\\d]*\\d)${POD}{7,10}(?:[-_]${POD}{0,5})?|${before}(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){0,3}-?[0-9a-f]*|[0-9a-f:.]+))$`,
      flags,
    ),
    /** Texts as long as those that are drawn, and what is left of one at the end of a name that was cut. */
    long: new RegExp(`${before}[0-9A-Za-z]{20,}${after}`, flags),
    cutLong: new RegExp(`${before}[0-9A-Za-z]{10,}$`, flags),
    run: new RegExp(`${GONE}(?:${gap}${GONE})+`, flags),
    atAnEnd: new RegExp(`^${gap}${GONE}${gap}|${gap}${GONE}${gap}$`, flags),
    between: new RegExp(`${gap}${GONE}${gap}`, flags),
  };
}

/** Nearly all names are ASCII, and these expressions take a third of the time. */
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

/** A name without any of these characters has no token and is its own stem. */
const MAY_HAVE_TOKENS = /[\p{Nd}[({<]/u;

/** The stem of a name that consists of tokens only, and the mark for the open parts of a pattern. */
export const ANY_NAME = '*';

/** A name without its tokens, and the same name as people read it: `orders` and `orders-*`. */
export type Stem = { readonly stem: string; readonly pattern: string };

/**
 * The stem of an application name. It leaves out numbers, uuids, hexadecimal texts of 8 and more characters
 * with a digit, random texts of 20 and more, times, addresses, brackets and the endings of pods.
 */
export function applicationStem(name: string): Stem {
  const isAscii = ASCII.test(name);
  const isCut = isCutOff(name, isAscii);
  if (!isCut && !MAY_HAVE_TOKENS.test(name)) return { stem: name, pattern: name };
  const { token, cutToken, long, cutLong, ...runs } = isAscii ? IN_ASCII : IN_ANY;
  const open = withoutBrackets(name.slice(0, LONGEST), isCut);
  const whole = isCut
    ? open.replace(cutToken, GONE).replace(cutLong, (text) => (isRandomText(text, 2) ? GONE : text))
    : open;
  const marked = whole.replace(token, GONE).replace(long, (text) => (isRandomText(text, 3) ? GONE : text));
  const first = marked.indexOf(GONE);
  if (first < 0) return { stem: name, pattern: name };
  if (isAscii && first === marked.length - 1) return withGoneAtEnd(marked, first);
  const joined = marked.replace(runs.run, GONE);
  const stem = joined.replace(runs.atAnEnd, '').replace(runs.between, ' ');
  return { stem: stem === '' ? ANY_NAME : stem, pattern: joined.replaceAll(GONE, ANY_NAME) };
}

/** Whether the server may have cut the name. A longer one comes from a server that cuts later, or from a file. */
function isCutOff(name: string, isAscii: boolean): boolean {
  if (isAscii || name.length > CUT_AT) return name.length === CUT_AT;
  const { length } = new TextEncoder().encode(name);
  return length >= SHORTEST_CUT && length <= CUT_AT;
}

/** Handles the most common form without a regular expression. */
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

/**
 * Without brackets and what is in them. An open bracket without its partner either was cut off with the end
 * of the name, or is no bracket.
 */
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

/** Where the bracket that opens here is closed, or null. There may be brackets of any kind inside. */
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

/** Seconds or milliseconds since the epoch, from 2014 to 2033. */
const EPOCH = '1[4-9]\\d{8}(?:\\d{3})?';
/** Digits alone are a customer's number or a date. */
const HEX_ENDING = '(?=\\d*[a-f])(?=[a-f]*\\d)[0-9a-f]{8,}';

/**
 * What a lease adds to its role: a random text and the time of its creation (Vault: `v-token-app-<20
 * characters>-<seconds>`), or one of the two. `tenant_17` has no such ending: roles with numbers are separate
 * roles.
 */
const LEASE = new RegExp(
  `[-_.](?:(?:[0-9A-Za-z]{20}|(?=[A-Za-z]*\\d)[0-9A-Za-z]{10,})[-_.]\\d{9,13}|${EPOCH}|${UUID}|${HEX_ENDING}|(?<random>[0-9A-Za-z]{16,}))$`,
  'u',
);

/** The stem of a role: its name without the ending of a lease. */
export function roleStem(name: string): Stem {
  const ending = name.length > LONGEST ? null : LEASE.exec(name);
  // A long word with a number at its end names something.
  const isWord = ending?.groups?.random !== undefined && !isRandomText(ending.groups.random, 2);
  if (ending === null || ending.index === 0 || isWord) return { stem: name, pattern: name };
  const stem = name.slice(0, ending.index);
  return { stem, pattern: `${stem}${ending[0].charAt(0)}${ANY_NAME}` };
}
