import type { RefusalKind } from '../core/base/refusal-kind.ts';
import { isMessageAt } from './message-at.ts';
import { isOfNoServer, marksIn } from './server-line.ts';

/** A complete sentence that reports a refusal. */
export type Sentence = {
  readonly kind: RefusalKind;
  readonly text: string;
  /** The role or database of the limit. Null for other kinds. */
  readonly limit: string | null;
};

/**
 * For whom slots are reserved: the known ends of the sentence, then those that a server may have one day. In an
 * application's log more words may follow, as in `… connections in /srv/db.php on line 7`.
 */
const RESERVED_FOR = [
  String.raw`non-replication superuser(?:,? (?:and )?\w{1,63}){0,4}? connections`,
  String.raw`roles with the \w{1,63} attribute`,
  String.raw`roles with privileges of the \\{0,3}"[^"\\\n]{1,63}\\{0,3}" role`,
  String.raw`(?:[\w,-]{1,63} ){0,12}[\w,-]{1,63}(?: "[^"\n]{1,63}" role)?`,
].join('|');

type Wording = { readonly kind: RefusalKind; readonly pattern: string };

/** The quote may be escaped, as in logs whose JSON cannot be parsed. */
const QUOTED = String.raw`\\{0,3}"(?<limit>[^"\\\n]{1,128})\\{0,3}"`;

/**
 * The wordings of PostgreSQL 12 to 18, RDS and Aurora, GaussDB and openGauss, poolers and RDS Proxy. The
 * first match counts.
 */
const WORDINGS: readonly Wording[] = [
  // pgpool-II writes the server's sentence with a capital letter.
  { kind: 'pooler', pattern: 'Sorry, too many clients already' },
  {
    kind: 'server',
    pattern: String.raw`(?:sorry, )?[Tt]oo many clients already(?:, current[\w/:, -]{1,100}\d)?`,
  },
  {
    kind: 'server',
    pattern: String.raw`[Aa]lready too many clients(?:, [\w/-]{1,60}: \d{1,9}(?:/\d{1,9}){0,3})?`,
  },
  { kind: 'reserved', pattern: `remaining connection slots are reserved(?: for (?:${RESERVED_FOR}))?` },
  { kind: 'role', pattern: `too many connections for role ${QUOTED}` },
  { kind: 'database', pattern: `too many connections for database ${QUOTED}` },
  {
    kind: 'wal-senders',
    pattern: String.raw`number of requested standby connections exceeds "?max_wal_senders"?(?: \(currently \d{1,6}\))?`,
  },
  ...[
    // PgBouncer
    String.raw`no more connections allowed(?: \(max_client_conn\))?`,
    String.raw`client connections exceeded \(\w{1,60}\)`,
    'query_wait_timeout',
    String.raw`server login has been failing(?:, try again later \(server_login_retry\))?`,
    // RDS Proxy
    String.raw`(?:[Tt]he )?[Mm]aximum number of client connections to the proxy exceeded(?: \(?\d{1,9}\)?)?`,
    String.raw`[Rr]ate of connection to proxy exceeded(?: \(?\d{1,9}\)?)?`,
    '(?:[Tt]he )?IAM authentication failed because of too many competing requests',
    '[Tt]imed-out waiting to acquire database connection',
    // Odyssey and Supavisor
    String.raw`too many (?:active clients|(?:client )?tcp connections)(?: for user)?(?: \([\w .-]{1,160}\))?`,
    // What Odyssey writes into its own log for these.
    'server pool wait timed out, closing',
    String.raw`route connection limit reached for client '[^'\n]{1,80}', closing`,
    String.raw`global connection limit reached for '[^'\n]{1,80}' client, closing`,
    String.raw`(?:\(EMAXCONN\w{0,20}\) |MaxClientsInSessionMode: )?[Mm]ax client(?:s| connections) reached(?:[\w ,:-]{0,120}\w)?`,
  ].map((pattern): Wording => ({ kind: 'pooler', pattern })),
];
const WHOLE = WORDINGS.map(({ kind, pattern }) => ({
  kind,
  pattern: new RegExp(String.raw`^${pattern}\.?\s*$`),
}));
const SOMEWHERE = WORDINGS.map(({ kind, pattern }) => ({ kind, pattern: new RegExp(pattern, 'g') }));

/** A server quotes the name of a limit unchanged, with any quotes in it. */
const LIMIT = /^too many connections for (?<kind>role|database) "(?<limit>[^\n]{1,128})"$/;

/** The sentence, if the whole text is one as servers write it. Null otherwise. */
export function wholeSentence(text: string): Sentence | null {
  if (text.length > MOST_OF_A_SENTENCE) return null;
  const { kind, limit } = LIMIT.exec(text.trimEnd())?.groups ?? {};
  if ((kind === 'role' || kind === 'database') && limit !== undefined) return { kind, text, limit };
  for (const { kind, pattern } of WHOLE) if (pattern.test(text)) return { kind, text, limit: null };
  return null;
}

/** No sentence above is longer, names included. */
const MOST_OF_A_SENTENCE = 400;
/** The most places in one line. A line with more of them is no log line of a refusal. */
const MOST_PLACES = 20;

/** A driver writes the server's message after its severity. Names of clients only follow later. */
const FATAL = /\b(?:FATAL|PANIC):\s{1,8}/;
/** A severity as servers write it, with two spaces. The text before it may be a name. */
const SERVERS_FATAL = /\b(?:FATAL|PANIC): {2}(?! )/;
/** The SQLSTATE of verbose errors, and what poolers write before a sentence of their own or of the server. */
const PASSED_ON =
  /(?:53300: )?(?:odyssey: \w{1,40}: )?(?:server login has been failing, cached error: )?(?:server login failed: (?:FATAL:? )?)?/y;

/**
 * The first sentence in a line of an application's log at a place where drivers and loggers write messages.
 */
export function sentenceIn(line: string): Sentence | null {
  const places = placesIn(line);
  for (const { kind, pattern } of SOMEWHERE) {
    let tried = 0;
    for (const found of line.matchAll(pattern)) {
      tried += 1;
      if (tried > MOST_PLACES) break;
      const [text] = found;
      const end = found.index + text.length;
      const isPlaced = places === null || places.includes(found.index);
      if (isPlaced && isMessageAt(line, found.index) && isEnded(line.slice(end, end + MOST_AFTER)))
        return { kind, text, limit: found.groups?.limit ?? null };
    }
  }
  return null;
}

/**
 * An application's line with one sentence, if it has several, each behind a FATAL of its own. libpq tries the addresses of a
 * server one after the other, or goes on without TLS, and joins what it heard. Behind the severity of a server's own line
 * stands another sentence, unless it did refuse a client.
 */
export function withoutRepeats(line: string): string {
  const [before = '', ...said] = line.split(EACH_FATAL);
  if (said.length < 2 || said.length > MOST_PLACES) return line;
  // A lesser severity: what follows it was written by a client.
  if (said.length !== marksIn(line) || INDENTED.test(line) || !isOfNoServer(before)) return line;
  const [first, ...others] = said.map(leadingSentence);
  if (first === undefined || first === null || others.includes(null)) return line;
  const rest = said.at(-1)?.slice(others.at(-1)?.length) ?? '';
  return `${before}FATAL:  ${first}${rest}`;
}

/** The same behind the line break of a quote, as in `"FATAL:  …\nFATAL:  …"`. */
const EACH_FATAL = /(?:\b|(?<=\\[nrt]))(?:FATAL|PANIC): {2}(?! )/;
const INDENTED = /[\p{Lu}\p{Lo}\p{Script=Georgian}] ?: {3}/u;

/** The sentence with which a text begins. */
function leadingSentence(text: string): string | null {
  for (const { pattern } of SOMEWHERE) {
    const [found] = text.matchAll(pattern);
    if (found?.index !== 0) continue;
    const [sentence] = found;
    if (isEnded(text.slice(sentence.length, sentence.length + MOST_AFTER))) return sentence;
  }
  return null;
}

/** Where the sentence of a line with a severity begins. Null for a line without a severity. */
function placesIn(line: string): readonly number[] | null {
  const severity = SERVERS_FATAL.exec(line) ?? FATAL.exec(line);
  if (severity === null) return null;
  const begins = severity.index + severity[0].length;
  PASSED_ON.lastIndex = begins;
  return [begins, begins + (PASSED_ON.exec(line)?.[0].length ?? 0)];
}

/**
 * A sentence ends with its line, at a mark, or before a place in a program: `… already (SQLSTATE 53300)`, `…
 * at pool.js`. Behind it may stand what libpq heard from the server's next address.
 */
function isEnded(after: string): boolean {
  return /^\s*$|^[.!,;:)\]}"'`<>|\\]|^\s+(?:[({[|<-]|(?:at|in)\s|FATAL:|connection to server )/.test(after);
}

/** So much of what follows a sentence shows whether it is ended. */
const MOST_AFTER = 24;
