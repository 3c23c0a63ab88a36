import { readPrefix } from '../core/trigger/log-prefix.ts';
import { type LineSeverity, lineSeverityOf } from './severity-word.ts';

/** A line as servers write it, taken apart at its one severity. */
export type ServerLine = {
  readonly prefix: string;
  readonly severity: LineSeverity;
  /** As the server itself puts it before its words, with `log_error_verbosity = verbose`. */
  readonly sqlstate: string | null;
  readonly said: string;
  /** A driver passed the line on, as in `psycopg2.OperationalError: FATAL:  …`: what follows may be more than a sentence. */
  readonly isOfApplication: boolean;
};

/** Servers write a severity, which has no small letters, a colon and two spaces. */
const MARK = /(?<=[\p{Lu}\p{Lo}\p{Script=Georgian}] ?|\(FATAL\)): {2}(?! )/u;

/** A name with a mark in it makes a second one, as does what another server said. */
export function marksIn(line: string): number {
  return line.split(MARK).length - 1;
}

/**
 * Null where no severity stands, or more than one: one of them is quoted from another server, or was written by a client into
 * its name, its query or its application's name, and none can be told from the other.
 */
export function splitAtSeverity(line: string): ServerLine | null {
  const [before, words, ...more] = line.split(MARK);
  if (before === undefined || words === undefined) return null;
  const [word = ''] = /(?:ÖLÜMCÜL \(FATAL\)|[\p{L}\p{M}]{0,40} ?)$/u.exec(before.slice(-42)) ?? [];
  const known = /(?:FATAL|PANIC)$/.exec(word)?.[0] ?? word;
  const prefix = before.slice(0, before.length - known.length);
  const severity = more.length > 0 ? 'lesser' : lineSeverityOf(known.trimEnd());
  const [stated = '', sqlstate = null] = /^([0-9A-Z]{5}): /.exec(words) ?? [];
  const isOfApplication = severity === 'lesser' ? isPassedOn(prefix, known) : isOfNoServer(prefix);
  return { prefix, severity, sqlstate, said: words.slice(stated.length), isOfApplication };
}

const PASSED_ON =
  /error|exception|fail|traceback|psql|libpq|odbc|pg_dump|unable|cannot|could not|connect|sqlstate|\bpq\b/i;

/** Drivers pass on what they got, and guides write ERROR for it; STATEMENT and the like are a server's alone. */
function isPassedOn(prefix: string, word: string): boolean {
  return word.endsWith('ERROR') && PASSED_ON.test(prefix) && readPrefix(prefix) === null;
}

/** A prefix that has bare words may be one of an application's. */
function isOfNoServer(prefix: string): boolean {
  if (prefix.trim() === '') return true;
  return PASSED_ON.test(prefix) && (readPrefix(prefix)?.words.length ?? 1) > 0;
}

/** Servers write a point before parts of a second, and a zone behind it; loggers a comma, or a level. */
const BEGINS =
  /^[<[]?\s?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})? (?!DEBUG|TRACE|INFO|WARN|SEVERE|CRITICAL)(?:[A-Z][A-Za-z]{1,5}|[+-]\d\d(?::?\d\d)?)(?!\w)/;

/** Whether a line begins as a server's do, and is none of an application's. */
export function startsLikeServer(line: string): boolean {
  return BEGINS.test(line) && !PASSED_ON.test(line);
}

/** Whether a line has a server's moment before its severity, whatever names stand between. */
export function hasServerTimestamp(line: string): boolean {
  return BEGINS.test(line);
}

const INDENTED = /^(.{1,1100}?)[\p{Lu}\p{Lo}\p{Script=Georgian}]{2,40} ?: {3}/u;

/** Whether words of a client follow the severity, which begin with a space: servers' own do not. */
export function isIndented(line: string): boolean {
  const [, prefix = ''] = INDENTED.exec(line) ?? [];
  return prefix.trim() !== '' && marksIn(prefix) === 0 && (BEGINS.test(line) || readPrefix(prefix) !== null);
}
