import type { RefusalKind } from '../core/base/refusal-kind.ts';
import { TOO_MANY_CONNECTIONS } from '../core/base/sqlstate.ts';
import type { Figures } from '../core/trigger/log-lines.ts';
import {
  type Client,
  clientOfPooler,
  type Prefix,
  readPrefix,
  UNKNOWN_CLIENT,
} from '../core/trigger/log-prefix.ts';
import { type Fields, fieldsOf } from './event-fields.ts';
import { entryOfCsv, isCsvEntry, type LoggedEntry } from './logged-entry.ts';
import { leavesOf } from './logged-leaves.ts';
import { isClientQuote, isMessageKey } from './message-at.ts';
import { figuresIn } from './refusal-figures.ts';
import { type Sentence, sentenceIn, wholeSentence, withoutRepeats } from './refusal-sentence.ts';
import {
  hasServerTimestamp,
  isIndented,
  marksIn,
  type ServerLine,
  splitAtSeverity,
  startsLikeServer,
} from './server-line.ts';
import { lineSeverityOf } from './severity-word.ts';
import { MOST_JSON_CHARACTERS, unwrappedLine } from './unwrapped-line.ts';
/** One refusal, and the refused client. It had no slot, so it is not the client that took the slots. */
export type RefusalLine = Client & { readonly kind: RefusalKind; readonly figures: Figures | null };

/** Longer lines are stack traces, which name the refusal near the beginning if at all. */
const MOST_CHARACTERS = 16_384;
/** The cause of a stack trace is within these lines. */
const MOST_LINES = 400;
/** Log shippers wrap a line once or twice. */
const MOST_WRAPS = 4;

/**
 * A refusal. `isOfServer` says whether the server may have written the line; otherwise an application or a
 * pooler did.
 */
export type ReadRefusal = RefusalLine & { readonly isOfServer: boolean };

/** The refusal that a log event reports, and whether the server may have written the line. */
export function readRefusal(message: string): ReadRefusal | null {
  return refusalAt(message, 0);
}

function writtenBy(isOfServer: boolean, refusal: RefusalLine | null): ReadRefusal | null {
  return refusal === null ? null : { ...refusal, isOfServer };
}

function refusalAt(message: string, wraps: number): ReadRefusal | null {
  const text = unwrappedLine(message);
  if (text === null) return null;
  const object = text.startsWith('{') && text.length <= MOST_JSON_CHARACTERS ? fieldsOf(text) : {};
  if (Object.keys(object).length > 0) return wraps < MOST_WRAPS ? refusalInJson(object, wraps) : null;
  if (isCsvEntry(text)) return writtenBy(true, refusalOfEntry(entryOfCsv(text)));
  return refusalInText(text.slice(0, MOST_CHARACTERS));
}

/** An entry at FATAL: with a known sentence, or with another sentence and the SQLSTATE. */
function refusalOfEntry(entry: LoggedEntry | null): RefusalLine | null {
  if (entry === null || lineSeverityOf(entry.severity) === 'lesser') return null;
  const sentence = wholeSentence(entry.message);
  if (sentence !== null) return refusalOf(sentence, entry.client);
  return entry.sqlstate === TOO_MANY_CONNECTIONS ? unknownWording(entry.client) : null;
}

function refusalInText(coloured: string): ReadRefusal | null {
  const text = coloured.replaceAll(COLOURS, '');
  const [head = '', ...more] = text.split(/\r?\n/).map(withoutRepeats);
  const line = splitAtSeverity(head);
  if (isIndented(text)) return null;
  if (line !== null && !line.isOfApplication) return writtenBy(true, refusalInServerLine(line));
  // Text that looks like an application's message may be a name, which the server repeats in its sentence.
  if (line !== null && hasServerTimestamp(head)) return writtenBy(false, refusalAfterFatal(head, line));
  // A name with a line break splits a server's line in two. The whole text still has one severity.
  const torn = line === null && startsLikeServer(head) ? splitAtSeverity(text) : null;
  if (torn !== null)
    return torn.isOfApplication
      ? writtenBy(false, refusalInLine(markedLine(text)))
      : writtenBy(true, refusalInServerLine(torn));
  return firstRefusal([head, ...more.slice(0, MOST_LINES)]);
}

/** The first refusal in an application's lines. One with its sentence says more than one with a SQLSTATE alone. */
function firstRefusal(lines: readonly string[]): ReadRefusal | null {
  let stated: ReadRefusal | null = null;
  for (const line of lines) {
    const refusal = refusalInLine(line);
    // A server without a prefix, or a server's line in which a log shipper turned two spaces into one.
    const read = writtenBy(BARE.test(line) || startsLikeServer(line), refusal);
    if (read !== null && read.kind !== 'unknown-53300') return read;
    stated ??= read;
  }
  return stated;
}

/** The beginning of a line when the server's prefix is empty. */
export const BARE = /^(?:FATAL|PANIC|ERROR): {2}/;

/** The first line with a severity. */
function markedLine(text: string): string {
  return text.split(/\r?\n/).find((line) => marksIn(line) > 0) ?? '';
}

function refusalInServerLine(line: ServerLine): RefusalLine | null {
  const { prefix, severity, said, sqlstate: stated, isErrorOfPooler } = line;
  const read = readPrefix(prefix);
  const sentence = severity === 'unknown' ? null : wholeSentence(said);
  if (severity === 'lesser')
    return isErrorOfPooler && sentence?.kind === 'pooler' ? refusalOf(sentence, UNKNOWN_CLIENT) : null;
  if (sentence !== null) return refusalOf(sentence, clientBy(read, sentence));
  const sqlstate = stated ?? (LABELLED.test(prefix) ? TOO_MANY_CONNECTIONS : read?.sqlstate);
  if (sqlstate !== TOO_MANY_CONNECTIONS || OF_OTHERS.test(said)) return null;
  return unknownWording(read?.client ?? UNKNOWN_CLIENT);
}

/** Beginnings of English FATAL messages with other reasons. A name in the prefix may look like a SQLSTATE. */
const OF_OTHERS =
  /^(?:role|database|user|password|no |pg_hba|permission|terminating|the database|connection|canceling|could not|unsupported|unrecognized|invalid|expected|[A-Za-z]{2,11} authentication|cannot|must|conflict|not )/;

/** A fixed text, such as a host name, and the SQLSTATE. */
const LABELLED = /^[\w.-]{1,64} 53300 $/;

/**
 * The sentence about a limit names its role or database. When the prefix has two bare names, the remaining
 * one is the other name.
 */
function clientBy(prefix: Prefix | null, { kind, limit }: Sentence): Client {
  if (prefix === null) return UNKNOWN_CLIENT;
  const { client, words } = prefix;
  if (limit === null || (kind !== 'role' && kind !== 'database')) return client;
  const read = kind === 'role' ? client.user : client.database;
  // The prefix names another role or database than the sentence, so we misread the prefix.
  if (read !== null) return read === limit ? client : UNKNOWN_CLIENT;
  if (!words.includes(limit)) return client;
  const other = words.toSpliced(words.indexOf(limit), 1)[0] ?? null;
  return kind === 'role'
    ? { ...client, user: limit, database: other }
    : { ...client, user: other, database: limit };
}

function refusalAfterFatal(head: string, { severity, said }: ServerLine): RefusalLine | null {
  const sentence = severity === 'fatal' ? (wholeSentence(said) ?? sentenceIn(head)) : null;
  return sentence === null ? null : refusalOf(sentence, UNKNOWN_CLIENT);
}

const POOLER_LETS_GO = / LOG [CS]-0x[0-9a-f]{1,16}: \S{1,700} closing because: /;

/** A refusal in the log of an application or a pooler. */
function refusalInLine(line: string): RefusalLine | null {
  // PgBouncer writes two lines for each refusal: the message to the client, and that it closed the
  // connection.
  if (POOLER_LETS_GO.test(line) || marksIn(line) > 1) return null;
  const client = clientOfPooler(line) ?? UNKNOWN_CLIENT;
  const sentence = sentenceIn(line);
  if (sentence !== null) return refusalOf(sentence, client);
  const said = line.slice(line.length - (splitAtSeverity(line)?.said.length ?? line.length));
  const stated = OF_DRIVERS.exec(said);
  return stated !== null && !isClientQuote(said, stated.index) ? unknownWording(client) : null;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are coloured by them.
const COLOURS = /\u001b\[[\d;]{0,12}m/g;
/**
 * The SQLSTATE as drivers write it, or the name of their exception: `SQLSTATE 53300`, `"code":"53300"`,
 * `SqlState(E53300)`, `FATAL 53300 (too_many_connections)`.
 */
const OF_DRIVERS =
  /(?<![\w'])(?:sql_?state(?:_code)?|code)\W{0,4}E?53300\b|\b53300 \(too_many_connections\)|\b(?:asyncpg\.exceptions\.|psycopg2?\.errors\.|PG::)TooManyConnections(?:Error)?\b|PostgresException[^\n]{0,40}: 53300:/i;

function refusalInJson(object: Fields, wraps: number): ReadRefusal | null {
  let isStated = false;
  for (const { key, value, entry } of leavesOf(object)) {
    const logged = writtenBy(true, refusalOfEntry(entry));
    if (logged !== null) return logged;
    if (isMessageKey(key) && typeof value === 'string') {
      const refusal = refusalAt(value, wraps + 1);
      if (refusal !== null) return refusal;
    }
    isStated ||= /^(?:code|sql_?state|sqlerrcode|C)$/i.test(key) && /^E?53300$/.test(String(value));
  }
  return isStated ? writtenBy(false, unknownWording(UNKNOWN_CLIENT)) : null;
}

function refusalOf({ kind, text, limit }: Sentence, { user, database, address }: Client): RefusalLine {
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
