import { parseAddress } from '../base/address.ts';

/** What a prefix consists of: names, and facts about the server itself. */
export type PrefixToken =
  /**
   * A fact about the server, not about a client: the moment, a process, a session, a transaction or a kind of
   * backend.
   */
  | { readonly kind: 'own' }
  | { readonly kind: 'number' | 'sqlstate' | 'user' | 'database' | 'address'; readonly text: string }
  /** An address without a port and without a key. It may also be the name of a client. */
  | { readonly kind: 'bare address'; readonly text: string }
  | { readonly kind: 'user@database'; readonly user: string; readonly database: string }
  /** A bare word: a user, a database, or a fixed text of the prefix. */
  | { readonly kind: 'word'; readonly text: string };

const DATE_AND_TIME = String.raw`\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?`;
/** A moment with its time zone, as `%t`, `%m` and `%s` write it. */
export const MOMENT = String.raw`${DATE_AND_TIME} [^\s:[\]()<>,;|=]{1,20}`;
/** What may follow a token. */
const END = String.raw`(?=[\s,;|:/\[\](){}<>-]|$)`;
/**
 * A name without the characters that separate tokens. Names with such a character cannot be told from several
 * tokens.
 */
const NAME = String.raw`[^\s,;|:/=()\[\]{}<>"'@]{1,128}`;
/** The server writes unknown names in brackets, in its own language. */
const BRACKETED = String.raw`\[[^\s\[\]=,]{0,40}\]`;
const UNKNOWN = String.raw`\[(?:unknown|unbekannt|desconocido|desconhecido|inconnu|sconosciuto|[^\s\[\]=,@]{0,40}[^\s\x20-\x7e][^\s\[\]=,@]{0,40})\]`;
const HOST = String.raw`(?:\[local\]|[^\s,;|=()\[\]{}<>"'@]{1,255})`;
const BACKEND =
  'client backend|not initialized|autovacuum worker|autovacuum launcher|background worker|walsender|walreceiver|startup|authentication';

type Rule = {
  readonly pattern: RegExp;
  readonly take: (found: RegExpExecArray) => PrefixToken | null | undefined;
};

const rule = (pattern: string, take: Rule['take']): Rule => ({ pattern: new RegExp(pattern, 'y'), take });
const own = (): PrefixToken => ({ kind: 'own' });

/**
 * The rules are tried in this order, each where the token before ended. A rule gives null when it matches
 * without a token, and undefined when it does not match.
 */
const RULES: readonly Rule[] = [
  rule(String.raw`^[#*!%&|~+-]{1,3} ?(?=\d{4}-\d\d-\d\d )`, () => null),
  rule(`(?:[A-Za-z_]{1,24} ?= ?)?${MOMENT}${END}|${DATE_AND_TIME}Z?${END}|\\d{10}\\.\\d{3}${END}`, own),
  rule(
    `([A-Za-z_]{1,24})(?: ?= ?|: ?(?=\\S))(?:"([^"=,\\n]{0,255})"|(${BRACKETED}|[^\\s,;|\\[\\](){}<>"'=]{0,255}(?:\\(\\d{1,5}\\))?))${END}`,
    pairOf,
  ),
  rule(`(${BRACKETED}|(?:${NAME}@){0,3}${NAME})@(${BRACKETED}|${NAME})(?:/${BRACKETED})?${END}`, atOf),
  rule(String.raw`\[local\]`, () => ({ kind: 'address', text: '[local]' })),
  rule(UNKNOWN, own),
  rule(`(${HOST})\\(\\d{1,5}\\)${END}`, ([, text = '']) =>
    text.includes(':') && !isAddress(text) ? undefined : { kind: 'address', text },
  ),
  rule(`\\d{1,3}(?:\\.\\d{1,3}){3}${END}`, bareAddress),
  rule(`[0-9a-fA-F:.]{2,45}(?:%\\w{1,20})?(?=[\\s,;|\\[\\](){}<>-]|$)`, bareAddress),
  rule(`[0-9a-f]{1,16}\\.[0-9a-f]{1,10}${END}|\\d{1,10}/\\d{1,10}${END}`, own),
  rule(`(?:${BACKEND})${END}`, own),
  rule(`(\\d{1,20})(?:-\\d{1,10})?${END}`, ([, text = '']) => ({ kind: 'number', text })),
  rule(`(?:PG-)?((?:[0245][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3})${END}`, ([, text = '']) => ({
    kind: 'sqlstate',
    text,
  })),
  rule(String.raw`[\s,;|:/\[\](){}<>-]`, () => null),
  // A quote alone may be a fixed text of the prefix, or the end of a name.
  rule(`${NAME}${END}|'(?=\\s|$)`, ([text]) => ({ kind: 'word', text })),
];

/** No prefix is longer: its names have at most 63 bytes each. */
const MOST_CHARACTERS = 1_024;

/** The tokens of a prefix from its beginning to its end. Null when a part of it is no known token. */
export function tokensOf(prefix: string): readonly PrefixToken[] | null {
  if (prefix.length > MOST_CHARACTERS || !isBalanced(prefix)) return null;
  const tokens: PrefixToken[] = [];
  for (let at = 0; at < prefix.length; ) {
    const step = nextToken(prefix, at);
    if (step === null) return null;
    if (step.token !== null) tokens.push(step.token);
    at = step.end;
  }
  return tokens;
}

/** A bracket without its partner is part of a name. */
function isBalanced(prefix: string): boolean {
  const count = (mark: string) => prefix.split(mark).length;
  return ['[]', '()', '{}', '<>'].every(([open = '', close = '']) => count(open) === count(close));
}

function nextToken(
  prefix: string,
  at: number,
): { readonly token: PrefixToken | null; readonly end: number } | null {
  for (const { pattern, take } of RULES) {
    pattern.lastIndex = at;
    const found = pattern.exec(prefix);
    const token = found === null ? undefined : take(found);
    if (found !== null && token !== undefined) return { token, end: at + found[0].length };
  }
  return null;
}

const KEYS: readonly (readonly [PrefixToken['kind'], RegExp])[] = [
  ['user', /^(?:u|usr|user|username|user_name|role)$/i],
  ['database', /^(?:d|db|dbname|datname|database|database_name)$/i],
  [
    'address',
    /^(?:h|r|host|rhost|client|client_addr|remote|remote_host|ip|addr|address|from|connection_source)$/i,
  ],
  ['sqlstate', /^(?:e|err|error|errcode|error_code|code|state|sqlstate|sql_state|sql_error_code)$/i],
];

/**
 * `user=app`, `db: orders`, `client="10.0.3.17(51234)"`. Before a colon only keys for names count, because
 * other texts often have colons.
 */
function pairOf([text, key = '', quoted, bare = '']: RegExpExecArray): PrefixToken | undefined {
  const value = quoted ?? bare;
  const [kind] = KEYS.find(([, pattern]) => pattern.test(key)) ?? [];
  if (kind === undefined) return text.includes('=') ? own() : undefined;
  if (kind === 'address') return { kind, text: value.replace(/\(\d{1,5}\)$/, '') };
  if (kind === 'sqlstate') return text.includes('=') ? { kind, text: value } : undefined;
  return kind === 'user' || kind === 'database' ? { kind, text: value } : undefined;
}

function bareAddress([text]: RegExpExecArray): PrefixToken | undefined {
  return isAddress(text) ? { kind: 'bare address', text } : undefined;
}

/** An IPv6 address may have a zone. */
function isAddress(text: string): boolean {
  return parseAddress(text.replace(/%.*$/, '')) !== null;
}

/**
 * The last of several `@` divides, because users may contain one, as in `app@tenant`. An address after it is
 * no database.
 */
function atOf([, user = '', database = '']: RegExpExecArray): PrefixToken | undefined {
  return isAddress(database) ? undefined : { kind: 'user@database', user, database };
}
