import { TOO_MANY_CONNECTIONS } from '../base/sqlstate.ts';
import { MOMENT, type PrefixToken, tokensOf } from './prefix-tokens.ts';

/** The client that a log line is about. A fact that the line does not tell is null. */
export type Client = {
  readonly user: string | null;
  readonly database: string | null;
  /** IP address or host name, or `local` for a Unix socket. */
  readonly address: string | null;
};

export const UNKNOWN_CLIENT: Client = { user: null, database: null, address: null };

/**
 * What a prefix tells. `words` are two names side by side. The sentence after the prefix may tell which is
 * which.
 */
export type Prefix = {
  readonly client: Client;
  readonly sqlstate: string | null;
  readonly words: readonly string[];
};

/**
 * The prefix of RDS and Aurora, `%t:%r:%u@%d:[%p]:`, and theirs with the SQLSTATE:
 * `%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a`.
 */
const OF_RDS = new RegExp(
  String.raw`^${MOMENT}:(?:([^\s()]{1,255})\(\d{1,5}\)|\[(local)\])?:([^]{1,300}):\[\d{1,10}\]:(?:\d{1,10}:([0-9A-Z]{5}):[^\n]*)?$`,
);
/**
 * The default prefix of GaussDB(DWS) and openGauss, `%m %c %d %p %a %x %n %e `, then a query's id and a
 * module. It has no time zone and no user.
 */
const OF_GAUSSDB =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,6} [0-9a-f]{1,16}\.\d{1,10} (\S{1,128}) \d{1,20} .{0,128} \d{1,20} \S{1,128} ([0-9A-Z]{5}) {1,2}\d{1,20} \[\w{1,32}\] $/;
/** `%p-%s-%c-%l-%h-%u-%d-%m `, where names cannot contain a hyphen. */
const OF_HYPHENS = new RegExp(
  String.raw`^\d{1,10}-${MOMENT}-[0-9a-f]{1,16}\.[0-9a-f]{1,10}-\d{1,10}-([^\s-]{1,255})-([^\s-]{1,128})-([^\s-]{1,128})-${MOMENT} $`,
);
/** No prefix is longer: its names have at most 63 bytes each. */
const MOST_CHARACTERS = 1_024;

/**
 * What a server's prefix tells, in whatever order it has the known tokens. Null for a prefix of another
 * shape. Null also for a prefix that tells one thing twice: a client's name may look like a prefix, and then
 * the client is in doubt.
 */
export function readPrefix(prefix: string): Prefix | null {
  if (prefix.length > MOST_CHARACTERS) return null;
  return readRds(prefix) ?? readGaussdb(prefix) ?? readHyphens(prefix) ?? readTokens(prefix);
}

function readRds(prefix: string): Prefix | null {
  const found = OF_RDS.exec(prefix);
  if (found === null) return null;
  const [, host, local, userAtDatabase = '', sqlstate = null] = found;
  const at = userAtDatabase.lastIndexOf('@');
  // Both names may contain an `@`. Dividing at the last one is right for the more common case, a user such as
  // `app@tenant`.
  const names =
    at < 0
      ? UNKNOWN_CLIENT
      : { user: nameOf(userAtDatabase.slice(0, at)), database: nameOf(userAtDatabase.slice(at + 1)) };
  return { client: { ...names, address: nameOf(host ?? local) }, sqlstate, words: [] };
}

function readGaussdb(prefix: string): Prefix | null {
  const found = OF_GAUSSDB.exec(prefix);
  if (found === null) return null;
  const [, database, sqlstate = null] = found;
  return { client: { ...UNKNOWN_CLIENT, database: nameOf(database) }, sqlstate, words: [] };
}

function readHyphens(prefix: string): Prefix | null {
  const found = OF_HYPHENS.exec(prefix);
  if (found === null) return null;
  const [, address, user, database] = found;
  const client = { user: nameOf(user), database: nameOf(database), address: addressOf(address) };
  return { client, sqlstate: null, words: [] };
}

/** A bare word between two keys, as in `user=app 53300,db=orders`: it belongs to the name before it. */
const BETWEEN_KEYS =
  /\b(?:u|d|usr|db|user|username|user_name|role|dbname|datname|database|database_name) ?= ?[^\s,;|=]{1,128}(?: [^\s,;|=[\](){}<>]{1,128}){1,8} ?[,;|]? ?\b[A-Za-z_]{1,24} ?=/i;

function readTokens(prefix: string): Prefix | null {
  const tokens = tokensOf(prefix);
  if (tokens === null || BETWEEN_KEYS.test(prefix)) return null;
  const found = { user: textsOf(tokens, 'user'), database: textsOf(tokens, 'database') };
  for (const token of tokens) {
    if (token.kind !== 'user@database') continue;
    found.user.push(token.user);
    found.database.push(token.database);
  }
  const words = textsOf(tokens, 'word');
  // A bare word that looks like an address may be a name as well, when another bare word stands beside it.
  const bare = words.length === 1 ? [] : textsOf(tokens, 'bare address');
  const addresses = [...textsOf(tokens, 'address'), ...bare];
  const isNamed = found.user.length + found.database.length > 0;
  if ([found.user, found.database, addresses].some(({ length }) => length > 1)) return null;
  // The `@` may be part of the name, or the name may be `user=app` in a prefix with `%u@%d`. We cannot tell.
  const names = [...found.user, ...found.database];
  if (names.length === 1 && names[0]?.includes('@')) return null;
  if (found.database[0]?.includes('@')) return null;
  // Words that belong to no known token may be a piece of a name.
  if (words.length > (isNamed ? 0 : 2) || !areNeighbours(tokens)) return null;
  const client = {
    user: nameOf(found.user[0]),
    database: nameOf(found.database[0]),
    address: addressOf(addresses[0]),
  };
  return { client, sqlstate: sqlstateOf(tokens, prefix), words };
}

function textsOf(tokens: readonly PrefixToken[], kind: PrefixToken['kind']): string[] {
  return tokens.flatMap((token) => (token.kind === kind && 'text' in token ? [token.text] : []));
}

/** `%d %u` stand side by side, after tokens that describe the server itself: names alone are no prefix. */
function areNeighbours(tokens: readonly PrefixToken[]): boolean {
  const places = tokens.flatMap(({ kind }, at) => (kind === 'word' ? [at] : []));
  const [first, last = first] = places;
  return first === undefined || last === undefined || (first > 0 && last - first < 2);
}

/**
 * A bare number may be a process id. It is a SQLSTATE when it follows another number, when another one stands in brackets,
 * as in `%e %m [%p] `, or when it stands alone at the end of a prefix without brackets.
 */
function sqlstateOf(tokens: readonly PrefixToken[], prefix: string): string | null {
  const [stated, ...more] = textsOf(tokens, 'sqlstate');
  if (stated !== undefined) return more.length === 0 ? stated : null;
  const [first, ...numbers] = textsOf(tokens, 'number');
  if (first === undefined) return null;
  if (numbers.length === 0) return /(?:^|[ ,|;])\d{5}[ ,|;:]*$/.test(prefix) ? first : null;
  const isProcess = prefix.includes(`[${first}`) || !IN_BRACKETS.test(prefix);
  if (!isProcess && first === TOO_MANY_CONNECTIONS) return first;
  return numbers.find((number) => /^\d{5}$/.test(number)) ?? null;
}

const IN_BRACKETS = /\[\d{1,10}(?:-\d{1,10})?\]/;

/** The prefix of PgBouncer: `C-0x55d0: orders/app@10.0.3.17:51234 pooler error: ...`. */
const OF_POOLER = /C-0x[0-9a-f]{1,16}: ([^\s/]{1,128})\/(\S{1,300})@(\S{1,255}):\d{1,5} /;

export function clientOfPooler(line: string): Client | null {
  const found = OF_POOLER.exec(line);
  if (found === null) return null;
  const [, database, user, address] = found;
  return { user: nameOf(user), database: nameOf(database), address: nameOf(address) };
}

/** Twice as long as the server's own names can be. */
const MOST_OF_A_NAME = 128;
/** Texts that stand for a missing name: `[unknown]` in any language, and PgBouncer's `(nodb)`. */
const NO_NAME = /^(?:\[.*\]|\(no\w+\))?$/s;

export function nameOf(text: string | undefined): string | null {
  return text === undefined || NO_NAME.test(text) ? null : text.slice(0, MOST_OF_A_NAME);
}

export function addressOf(text: string | undefined): string | null {
  return text === '[local]' ? 'local' : nameOf(text);
}
