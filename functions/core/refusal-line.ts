import {
  type Client,
  clientOfPooler,
  NOBODY,
  readPrefix,
  type ServerLine,
  splitAtSeverity,
} from './log-prefix.ts';

/**
 * What a client was refused for.
 * - `server`: every slot is taken. `reserved`: only slots reserved for others are left.
 * - `role`, `database`: a CONNECTION LIMIT. `wal-senders`: max_wal_senders.
 * - `pooler`: PgBouncer, pgpool-II or RDS Proxy said it, not the server.
 * - `unknown-53300`: the SQLSTATE says so, in words that are not known here; servers speak many languages.
 */
export type RefusalKind =
  | 'server'
  | 'reserved'
  | 'role'
  | 'database'
  | 'wal-senders'
  | 'pooler'
  | 'unknown-53300';

/** Numbers by the server's own names for them, such as `non-active`. */
export type Figures = Readonly<Record<string, number>>;

/** One refusal, and the client that was refused: the one without a slot, never the one that took it. */
export type RefusalLine = Client & { readonly kind: RefusalKind; readonly figures: Figures | null };

/** Longer lines are stack traces, and say it in the beginning if at all. */
const MOST_CHARACTERS = 16_384;

type Wording = { readonly kind: RefusalKind; readonly pattern: RegExp };

/** Of PostgreSQL 12 to 18, RDS and Aurora, GaussDB and openGauss, PgBouncer, pgpool-II and RDS Proxy; a line's first counts. */
const WORDINGS: readonly Wording[] = [
  // pgpool-II says the server's sentence with a capital letter.
  { kind: 'pooler', pattern: /Sorry, too many clients already/ },
  { kind: 'server', pattern: /(?:sorry, )?too many clients already|already too many clients/i },
  { kind: 'reserved', pattern: /remaining connection slots are reserved/ },
  { kind: 'role', pattern: /too many connections for role / },
  { kind: 'database', pattern: /too many connections for database / },
  { kind: 'wal-senders', pattern: /number of requested standby connections exceeds / },
  {
    kind: 'pooler',
    pattern:
      /no more connections allowed|client connections exceeded \(|query_wait_timeout|server login has been failing/,
  },
  {
    kind: 'pooler',
    pattern:
      /(?:The )?maximum number of client connections to the proxy exceeded|rate of connection to proxy exceeded/i,
  },
  {
    kind: 'pooler',
    pattern:
      /(?:The )?IAM authentication failed because of too many competing requests|timed-out waiting to acquire database connection/i,
  },
];

/** The refusal that a log event tells of, by the server or by an application that it happened to; null when it tells of none. */
export function refusalIn(message: string): RefusalLine | null {
  const line = message.slice(0, MOST_CHARACTERS);
  const split = splitAtSeverity(line);
  const prefix = split && readPrefix(split.prefix);
  if (split === null || prefix === null) return refusalAnywhere(line, split);
  // What the server says at another severity, or on its way to something else, is about SQL or another server.
  if (split.isLess) return null;
  const found = wordingIn(split.said);
  if (found?.text === split.said) return refusalOf(found, prefix.client);
  return (prefix.sqlstate ?? split.sqlstate) === TOO_MANY_CONNECTIONS ? unknownWording(prefix.client) : null;
}

const POOLER_LETS_GO = / LOG C-0x[0-9a-f]{1,16}: \S{1,700} closing because: /;

/** In a stack trace, in JSON, in the log of a pooler, or behind a prefix that is not known here. */
function refusalAnywhere(line: string, split: ServerLine | null): RefusalLine | null {
  // PgBouncer writes of each refusal twice: what it told the client, and that it let go of it.
  if (POOLER_LETS_GO.test(line)) return null;
  const client = clientOfPooler(line) ?? NOBODY;
  const found = wordingIn(line);
  if (found !== null) return refusalOf(found, client);
  return isStated(split) || NAMED_SQLSTATE.test(line) ? unknownWording(client) : null;
}

function isStated(split: ServerLine | null): boolean {
  if (split === null || split.isLess) return false;
  return split.sqlstate === TOO_MANY_CONNECTIONS || /[ :]53300[ :]/.test(split.prefix);
}

const TOO_MANY_CONNECTIONS = '53300';
/** As drivers write it: `SQLSTATE 53300`, `"code":"53300"`, `SqlState(E53300)`. */
const NAMED_SQLSTATE = /(?:sql_?state(?:_code)?|code)\W{0,4}E?53300\b/i;

/** `text` begins with the wording. */
type Found = { readonly kind: RefusalKind; readonly text: string };

function wordingIn(text: string): Found | null {
  for (const { kind, pattern } of WORDINGS) {
    const at = text.search(pattern);
    if (at >= 0) return { kind, text: text.slice(at) };
  }
  return null;
}

/** A limit's name is quoted, in JSON with escaped quotes; it is the client's role or database. */
const LIMIT = /^too many connections for (?:role|database) \\?"([^"\\\n]{1,128})/;

function refusalOf({ kind, text }: Found, { user, database, address }: Client): RefusalLine {
  const limit = LIMIT.exec(text)?.[1] ?? null;
  return {
    kind,
    user: user ?? (kind === 'role' ? limit : null),
    database: database ?? (kind === 'database' ? limit : null),
    address,
    figures: kind === 'server' ? figuresIn(text.slice(0, 200)) : null,
  };
}

function unknownWording(client: Client): RefusalLine {
  return { kind: 'unknown-53300', ...client, figures: null };
}

const FIGURE = '(?:current|active|non-active|reserved|max_connections)';
/** GaussDB's `active/non-active/reserved: 5/508/3`, openGauss's `current: 203, max_connections/reserved: 200/3`. */
const FIGURES = new RegExp(String.raw`(${FIGURE}(?:/${FIGURE}){0,2}): (\d{1,9}(?:/\d{1,9}){0,2})`, 'g');

function figuresIn(text: string): Figures | null {
  const figures = [...text.matchAll(FIGURES)].flatMap(([, names = '', numbers = '']) => {
    const values = numbers.split('/').map(Number);
    return names.split('/').map((name, at) => [name, values[at]] as const);
  });
  const known = figures.filter((figure): figure is readonly [string, number] => figure[1] !== undefined);
  return known.length === 0 ? null : Object.fromEntries(known);
}
