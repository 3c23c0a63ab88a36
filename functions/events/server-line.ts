import { readPrefix } from '../core/trigger/log-prefix.ts';
import { isOfServersAlone, type LineSeverity, lineSeverityOf } from './severity-word.ts';

/** A line as servers write it, split at its only severity. */
export type ServerLine = {
  readonly prefix: string;
  readonly severity: LineSeverity;
  /** The SQLSTATE that the server writes before its message with `log_error_verbosity = verbose`. */
  readonly sqlstate: string | null;
  readonly said: string;
  /**
   * A driver passed the line on, as in `psycopg2.OperationalError: FATAL: …`. More text than the sentence may
   * follow.
   */
  readonly isOfApplication: boolean;
  /** A pooler may have written it: pgpool-II, and clients of PgBouncer, report its refusals as an ERROR. */
  readonly isErrorOfPooler: boolean;
};

/** Servers write a severity without small letters, then a colon and two spaces. */
const MARK = /(?<=[\p{Lu}\p{Lo}\p{Script=Georgian}] ?|\(FATAL\)): {2}(?! )/u;

/**
 * How many severities a line has. A name that looks like one counts, and so does the message of another
 * server.
 */
export function marksIn(line: string): number {
  return line.split(MARK).length - 1;
}

/**
 * Null unless the line has exactly one severity. With two of them, one is quoted from another server, or a
 * client put it into its name, query or application name, and we cannot tell which.
 */
export function splitAtSeverity(line: string): ServerLine | null {
  const [before, words, ...more] = line.split(MARK);
  if (before === undefined || words === undefined) return null;
  const [word = ''] = /(?:ÖLÜMCÜL \(FATAL\)|[\p{L}\p{M}]{0,40} ?)$/u.exec(before.slice(-42)) ?? [];
  const known = /(?:FATAL|PANIC)$/.exec(word)?.[0] ?? word;
  const prefix = before.slice(0, before.length - known.length);
  const isQuoted = more.length > 0 || hidesSeverity(words, prefix, line);
  const severity = isQuoted ? 'lesser' : lineSeverityOf(known.trimEnd());
  const [stated = '', sqlstate = null] = /^([0-9A-Z]{5}): /.exec(words) ?? [];
  const isOfApplication = severity === 'lesser' ? isPassedOn(prefix, known) : isOfNoServer(prefix);
  const isErrorOfPooler = known === 'ERROR' && (prefix.trim() === '' || OF_PGPOOL.test(prefix));
  return { prefix, severity, sqlstate, said: words.slice(stated.length), isOfApplication, isErrorOfPooler };
}

/** pgpool-II writes its time without a time zone. Servers never do. */
const OF_PGPOOL = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?: .{0,200}\bpid \d{1,10}: $/;

const PASSED_ON =
  /error|exception|fail|traceback|psql|libpq|odbc|pg_dump|unable|cannot|could not|connect|sqlstate|\bpq\b|\.rb:\d{1,7}:in /i;

/**
 * Drivers pass messages on, and many guides log them as ERROR. Only servers write STATEMENT and similar
 * words.
 */
function isPassedOn(prefix: string, word: string): boolean {
  if (!word.endsWith('ERROR') || MOMENT_OF_SERVER.test(prefix) || OF_SYSLOG_USERS.test(prefix)) return false;
  return PASSED_ON.test(prefix) && readPrefix(prefix) === null;
}

/** Beginnings of prefixes without a time, which syslog adds. Any name may follow. */
const OF_SYSLOG_USERS =
  /^\s?(?:\[\d{1,10}(?:-\d{1,10})?\]|\d{10}\.\d{3} |\d{1,10}-|(?:pid|user|usr|db|database|app|client|host|[udha]) ?= ?)/i;

/** What stands before `%e` in a server's prefix. */
const STATE_KEY =
  /\b(?:err(?:or)?(?:_?code)?|sql_?(?:error_code|state))(?: ?= ?|: ?)(?=[0-9A-Z]{5}(?![0-9A-Za-z]))/gi;

/** Whether what stands before a severity is no server's prefix. One with bare words may come from an application. */
export function isOfNoServer(prefix: string): boolean {
  if (prefix.trim() === '') return true;
  const moment = MOMENT_OF_SERVER.exec(prefix);
  // What stands before the server's time was put there by a program that passed the line on.
  const words = moment === null ? prefix : prefix.slice(moment.index).replace(STATE_KEY, '');
  return PASSED_ON.test(words) && (readPrefix(prefix)?.words.length ?? 1) > 0;
}

/**
 * Servers write a point before fractions of a second and a time zone after them. Loggers write a comma, or a
 * level.
 */
const MOMENT_OF_SERVER =
  /(?<![\w-])\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})? (?!DEBUG|TRACE|INFO|WARN|SEVERE|CRITICAL)(?:[A-Z][A-Za-z]{1,5}|[+-]\d\d(?::?\d\d)?)(?!\w)/;
const BEGINS = new RegExp(String.raw`^[<[]?\s?${MOMENT_OF_SERVER.source}`);

/** Whether a line begins like a server's and does not come from an application. */
export function startsLikeServer(line: string): boolean {
  return BEGINS.test(line) && !PASSED_ON.test(line);
}

/**
 * Whether a line begins with a time as servers write it. Names may stand between the time and the severity.
 */
export function hasServerTimestamp(line: string): boolean {
  return BEGINS.test(line);
}

/** Behind a severity, a text that begins with a space, or nothing. */
const INDENTED = /^(.{0,1100}?)([\p{Lu}\p{Lo}\p{Script=Georgian}]{2,40}) ?:(?: {3}|\s*$)/u;

/**
 * Whether one more severity follows, behind which a client's text begins with a space, or is nothing but spaces. Then the
 * first one is of a name in the prefix.
 */
function hidesSeverity(words: string, prefix: string, line: string): boolean {
  const [, , word] = INDENTED.exec(words) ?? [];
  if (word === undefined) return false;
  return isOfServersAlone(word) || BEGINS.test(line) || readPrefix(prefix) !== null;
}

/**
 * Whether a client's text follows the severity, and begins with a space or is nothing but spaces. Messages of servers do not.
 * Loggers write some severities in the same way, as in `ERROR:    …`, so these need a server's prefix.
 */
export function isIndented(line: string): boolean {
  const [, prefix = '', word = ''] = INDENTED.exec(line) ?? [];
  if (marksIn(prefix) > 0) return false;
  if (isOfServersAlone(word)) return true;
  if (prefix.trim() === '') return false;
  return BEGINS.test(line) || MOMENT_OF_SERVER.test(prefix) || readPrefix(prefix) !== null;
}
