import { MOMENT, type PrefixToken, tokensOf } from './prefix-tokens.ts';

/** Who a log line is about; null where it does not tell. */
export type Client = {
  readonly user: string | null;
  readonly database: string | null;
  /** IP address or host name, or `local` for a Unix socket. */
  readonly address: string | null;
};

export const NOBODY: Client = { user: null, database: null, address: null };

/** What a prefix tells. `words` are two names side by side, of which a sentence may know one. */
export type Prefix = {
  readonly client: Client;
  readonly sqlstate: string | null;
  readonly words: readonly string[];
};

/** RDS and Aurora: `%t:%r:%u@%d:[%p]:`, and the one with the SQLSTATE: `%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a`. */
const OF_RDS = new RegExp(
  String.raw`^${MOMENT}:(?:([^\s()]{1,255})\(\d{1,5}\)|\[(local)\])?:([^]{1,300}):\[\d{1,10}\]:(?:\d{1,10}:([0-9A-Z]{5}):[^\n]*)?$`,
);
/** The default of GaussDB(DWS) and openGauss, `%m %c %d %p %a %x %n %e `, then a query's id and a module: no zone, no user. */
const OF_GAUSSDB =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,6} [0-9a-f]{1,16}\.\d{1,10} (\S{1,128}) \d{1,20} .{0,128} \d{1,20} \S{1,128} ([0-9A-Z]{5}) {1,2}\d{1,20} \[\w{1,32}\] $/;
/** `%p-%s-%c-%l-%h-%u-%d-%m `, in which a name may hold no hyphen. */
const OF_HYPHENS = new RegExp(
  String.raw`^\d{1,10}-${MOMENT}-[0-9a-f]{1,16}\.[0-9a-f]{1,10}-\d{1,10}-([^\s-]{1,255})-([^\s-]{1,128})-([^\s-]{1,128})-${MOMENT} $`,
);
/** Longer than any: names have 63 bytes. */
const MOST_CHARACTERS = 1_024;

/**
 * What a server's prefix tells, whichever of the known tokens it is made of. Null for a prefix of another shape, or one that
 * tells the same thing twice, as a name does that looks like a prefix: it names nobody.
 */
export function readPrefix(prefix: string): Prefix | null {
  if (prefix.length > MOST_CHARACTERS) return null;
  return readRds(prefix) ?? readGaussdb(prefix) ?? readHyphens(prefix) ?? readTokens(prefix);
}

function readRds(prefix: string): Prefix | null {
  const found = OF_RDS.exec(prefix);
  if (found === null) return null;
  const [, host, local, who = '', sqlstate = null] = found;
  const at = who.lastIndexOf('@');
  // Either name may hold an `@`; with the last one the commoner case is right, a user such as `app@tenant`.
  const names = at < 0 ? NOBODY : { user: nameOf(who.slice(0, at)), database: nameOf(who.slice(at + 1)) };
  return { client: { ...names, address: nameOf(host ?? local) }, sqlstate, words: [] };
}

function readGaussdb(prefix: string): Prefix | null {
  const found = OF_GAUSSDB.exec(prefix);
  if (found === null) return null;
  const [, database, sqlstate = null] = found;
  return { client: { ...NOBODY, database: nameOf(database) }, sqlstate, words: [] };
}

function readHyphens(prefix: string): Prefix | null {
  const found = OF_HYPHENS.exec(prefix);
  if (found === null) return null;
  const [, address, user, database] = found;
  const client = { user: nameOf(user), database: nameOf(database), address: addressOf(address) };
  return { client, sqlstate: null, words: [] };
}

function readTokens(prefix: string): Prefix | null {
  const tokens = tokensOf(prefix);
  if (tokens === null) return null;
  const who = { user: textsOf(tokens, 'user'), database: textsOf(tokens, 'database') };
  for (const token of tokens) {
    if (token.kind !== 'user@database') continue;
    who.user.push(token.user);
    who.database.push(token.database);
  }
  const words = textsOf(tokens, 'word');
  // Beside one bare name another bare one may be a name as well, though it looks like an address.
  const bare = words.length === 1 ? [] : textsOf(tokens, 'bare address');
  const addresses = [...textsOf(tokens, 'address'), ...bare];
  const isNamed = who.user.length + who.database.length > 0;
  if ([who.user, who.database, addresses].some(({ length }) => length > 1)) return null;
  // Either this is all of a name, or the name itself is `user=app` and the prefix has `%u@%d`.
  const names = [...who.user, ...who.database];
  if (names.length === 1 && names[0]?.includes('@')) return null;
  // A rest that no prefix has may be a piece of a name.
  if (words.length > (isNamed ? 0 : 2) || !areNeighbours(tokens)) return null;
  const client = {
    user: nameOf(who.user[0]),
    database: nameOf(who.database[0]),
    address: addressOf(addresses[0]),
  };
  return { client, sqlstate: sqlstateOf(tokens, prefix), words };
}

function textsOf(tokens: readonly PrefixToken[], kind: PrefixToken['kind']): string[] {
  return tokens.flatMap((token) => (token.kind === kind && 'text' in token ? [token.text] : []));
}

/** `%d %u` stand side by side; and before them there is what the server says of itself, for a name alone is no prefix. */
function areNeighbours(tokens: readonly PrefixToken[]): boolean {
  const places = tokens.flatMap(({ kind }, at) => (kind === 'word' ? [at] : []));
  const [first, last = first] = places;
  return first === undefined || last === undefined || (first > 0 && last - first < 2);
}

/** A bare number may be a process: it is a SQLSTATE after another number, or alone where no bracket is around it. */
function sqlstateOf(tokens: readonly PrefixToken[], prefix: string): string | null {
  const [stated, ...more] = textsOf(tokens, 'sqlstate');
  if (stated !== undefined) return more.length === 0 ? stated : null;
  const [first, ...numbers] = textsOf(tokens, 'number');
  if (numbers.length === 0) return /(?:^|[ ,|])\d{5} *$/.test(prefix) ? (first ?? null) : null;
  return numbers.find((number) => /^\d{5}$/.test(number)) ?? null;
}

/** PgBouncer's: `C-0x55d0: orders/app@10.0.3.17:51234 pooler error: ...`. */
const OF_POOLER = /C-0x[0-9a-f]{1,16}: ([^\s/]{1,128})\/(\S{1,300})@(\S{1,255}):\d{1,5} /;

export function clientOfPooler(line: string): Client | null {
  const found = OF_POOLER.exec(line);
  if (found === null) return null;
  const [, database, user, address] = found;
  return { user: nameOf(user), database: nameOf(database), address: nameOf(address) };
}

/** Twice as long as the server's own names. */
const MOST_OF_A_NAME = 128;
/** What stands for no name, in any language: `[unknown]`, and PgBouncer's `(nodb)`. */
const NO_NAME = /^(?:\[.*\]|\(no\w+\))?$/s;

export function nameOf(text: string | undefined): string | null {
  return text === undefined || NO_NAME.test(text) ? null : text.slice(0, MOST_OF_A_NAME);
}

export function addressOf(text: string | undefined): string | null {
  return text === '[local]' ? 'local' : nameOf(text);
}
