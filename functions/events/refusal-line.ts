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
import { type Sentence, sentenceIn, wholeSentence } from './refusal-sentence.ts';
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
/** One refusal, and the client that was refused: the one without a slot, never the one that took it. */
export type RefusalLine = Client & { readonly kind: RefusalKind; readonly figures: Figures | null };

/** Longer lines are stack traces, and say it in the beginning if at all. */
const MOST_CHARACTERS = 16_384;
/** The cause of a stack trace is among these. */
const MOST_LINES = 400;
/** Shippers wrap lines once or twice. */
const MOST_WRAPS = 4;

/** A refusal, and whether the server may have written the line itself; else an application did, or a pooler. */
export type ReadRefusal = RefusalLine & { readonly isOfServer: boolean };

/** The refusal that a log event tells of, by the server or by an application that it happened to; null when it tells of none. */
export function refusalIn(message: string): RefusalLine | null {
  const read = readRefusal(message);
  if (read === null) return null;
  const { isOfServer: _, ...refusal } = read;
  return refusal;
}

/** The same, and who wrote the line. */
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

/** What the server logged at FATAL: a sentence that is known, or another one with the SQLSTATE. */
function refusalOfEntry(entry: LoggedEntry | null): RefusalLine | null {
  if (entry === null || lineSeverityOf(entry.severity) === 'lesser') return null;
  const sentence = wholeSentence(entry.message);
  if (sentence !== null) return refusalOf(sentence, entry.client);
  return entry.sqlstate === TOO_MANY_CONNECTIONS ? unknownWording(entry.client) : null;
}

function refusalInText(coloured: string): ReadRefusal | null {
  const text = coloured.replaceAll(COLOURS, '');
  const [head = '', ...more] = text.split(/\r?\n/);
  const line = splitAtSeverity(head);
  if (isIndented(head)) return null;
  if (line !== null && !line.isOfApplication) return writtenBy(true, refusalInServerLine(line));
  // What looks like an application's words may be a name, which the server repeats in its sentence.
  if (line !== null && hasServerTimestamp(head)) return writtenBy(false, refusalAfterFatal(head, line));
  // A name with a line break tears a server's line apart; whole, it still has one severity.
  const torn = line === null && startsLikeServer(head) ? splitAtSeverity(text) : null;
  if (torn !== null)
    return torn.isOfApplication
      ? writtenBy(false, refusalInLine(markedLine(text)))
      : writtenBy(true, refusalInServerLine(torn));
  for (const each of [head, ...more.slice(0, MOST_LINES)]) {
    const refusal = refusalInLine(each);
    // A server without a prefix, or one whose two spaces a shipper has made one.
    if (refusal !== null) return writtenBy(BARE.test(each) || startsLikeServer(each), refusal);
  }
  return null;
}

/** As a server writes it whose prefix is empty. */
export const BARE = /^(?:FATAL|PANIC): {2}/;

/** The one line that has a severity. */
function markedLine(text: string): string {
  return text.split(/\r?\n/).find((line) => marksIn(line) > 0) ?? '';
}

function refusalInServerLine({ prefix, severity, said, sqlstate: stated }: ServerLine): RefusalLine | null {
  const read = readPrefix(prefix);
  const sentence = severity === 'unknown' ? null : wholeSentence(said);
  // pgpool-II tells its own refusals as an ERROR as well.
  if (severity === 'lesser') return sentence?.kind === 'pooler' ? refusalOf(sentence, UNKNOWN_CLIENT) : null;
  if (sentence !== null) return refusalOf(sentence, clientBy(read, sentence));
  const sqlstate = stated ?? (LABELLED.test(prefix) ? TOO_MANY_CONNECTIONS : read?.sqlstate);
  if (sqlstate !== TOO_MANY_CONNECTIONS || OF_OTHERS.test(said)) return null;
  return unknownWording(read?.client ?? UNKNOWN_CLIENT);
}

/** What servers say in English for other reasons: a name in their prefix may look like a SQLSTATE. */
const OF_OTHERS =
  /^(?:role|database|user|password|no |pg_hba|permission|terminating|the database|connection|canceling|could not|unsupported|unrecognized|invalid|expected|[A-Za-z]{2,11} authentication|cannot|must|conflict|not )/;

/** A fixed text, such as a host's name, and the SQLSTATE. */
const LABELLED = /^[\w.-]{1,64} 53300 $/;

/** The sentence of a limit knows its role or database: where a prefix has two bare names, the other one is the other. */
function clientBy(prefix: Prefix | null, { kind, limit }: Sentence): Client {
  if (prefix === null) return UNKNOWN_CLIENT;
  const { client, words } = prefix;
  if (limit === null || (kind !== 'role' && kind !== 'database')) return client;
  const read = kind === 'role' ? client.user : client.database;
  // A prefix that names another one than the sentence does is read wrongly.
  if (read !== null) return read === limit ? client : UNKNOWN_CLIENT;
  if (!words.includes(limit)) return client;
  const other = words.toSpliced(words.indexOf(limit), 1)[0] ?? null;
  return kind === 'role'
    ? { ...client, user: limit, database: other }
    : { ...client, user: other, database: limit };
}

function refusalAfterFatal(head: string, { severity }: ServerLine): RefusalLine | null {
  const sentence = severity === 'fatal' ? sentenceIn(head) : null;
  return sentence === null ? null : refusalOf(sentence, UNKNOWN_CLIENT);
}

const POOLER_LETS_GO = / LOG [CS]-0x[0-9a-f]{1,16}: \S{1,700} closing because: /;

/** In the log of an application or of a pooler. */
function refusalInLine(line: string): RefusalLine | null {
  // PgBouncer writes of each refusal twice: what it told the client, and that it let go of it.
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
/** As drivers write it: `SQLSTATE 53300`, `"code":"53300"`, `SqlState(E53300)`, `FATAL 53300 (too_many_connections)`, by exception. */
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
