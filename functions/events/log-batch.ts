import { isCsvEntry } from './logged-entry.ts';
import { BARE, type ReadRefusal, readRefusal } from './refusal-line.ts';
import { marksIn, splitAtSeverity, startsLikeServer } from './server-line.ts';
import { unwrappedLine } from './unwrapped-line.ts';

/**
 * The refusals in a batch of log events, in order, with null for an event without one. A server that writes a
 * prefix writes one before each line. A line without it is a piece of a name or a query with a line break.
 */
export function refusalsInBatch(messages: readonly string[]): readonly (ReadRefusal | null)[] {
  const hasPrefix = messages.some(isPrefixed);
  const isTorn = tornIn(messages);
  const refusals = messages.map((message, at) =>
    isTorn[at] || (hasPrefix && BARE.test(message)) ? null : readRefusal(message),
  );
  return refusals.map((refusal, at) => (isToldToClients(messages, at) ? null : refusal));
}

/** What follows a line break in the names of a prefix: twice what two names can have. */
const MOST_OF_NAMES = 256;

/**
 * Whether each event is a piece of a line that a name with a line break tore. A line that begins with the server's time
 * and has no severity is torn. The pieces after it may have whatever the client wrote, a whole prefix included. The last
 * one has the severity and no time.
 */
function tornIn(messages: readonly string[]): readonly boolean[] {
  let left = 0;
  let hasEnd = false;
  let mayBePooler = false;
  return messages.map((message) => {
    const line = (unwrappedLine(message.slice(0, MOST_CHARACTERS)) ?? '').slice(0, MOST_CHARACTERS);
    const isBegun = startsLikeServer(line);
    const hasSeverity = marksIn(line) > 0;
    if (isBegun && hasEnd) left = 0;
    const isPiece = left > 0;
    left -= line.length + 1;
    hasEnd ||= !isBegun && hasSeverity;
    if (!isPiece && isBegun && !hasSeverity && isUnfinished(line))
      [left, hasEnd, mayBePooler] = [MOST_OF_NAMES, false, OF_POOLER.test(line)];
    return isPiece && (hasSeverity || !mayBePooler);
  });
}

function isUnfinished(line: string): boolean {
  return NUMBER_OF_PREFIX.test(line) && !line.includes('\n') && !isCsvEntry(line);
}

/** A process or a port. Other programs write such times too. */
const NUMBER_OF_PREFIX = /[[(]\d{1,10}[\])]/;
/** PgBouncer writes a severity with one space. A client may have such a name. */
const OF_POOLER = /\[\d{1,10}\] (?:LOG|WARNING|ERROR|FATAL|NOISE|DEBUG) /;

/**
 * PgBouncer (1.26 at least) writes a line of its failed login to the server, then one for each client that it lets go for
 * it, with the same sentence. The clients' lines count. Where no client waited, the first line stays.
 */
function isToldToClients(messages: readonly string[], at: number): boolean {
  const login = FAILED_LOGIN.exec(messages[at] ?? '')?.groups;
  if (login === undefined) return false;
  return messages.slice(at + 1, at + 1 + CLIENTS_WITHIN).some((message) => {
    const client = TO_CLIENT.exec(message)?.groups;
    return client?.process === login.process && client?.said === login.said;
  });
}

/** A client's own two lines, and those of the sessions that fail at the same moment. */
const CLIENTS_WITHIN = 16;
const FAILED_LOGIN =
  /^[^[]{0,40}(?<process>\[\d{1,10}\]) WARNING server login failed: (?:FATAL|PANIC) (?<said>\S.{0,300})$/;
const TO_CLIENT =
  /^[^[]{0,40}(?<process>\[\d{1,10}\]) WARNING C-0x[0-9a-f]{1,16}: \S{1,700} pooler error: (?<said>\S.{0,300})$/;

/** The longest prefix and a severity. */
const MOST_CHARACTERS = 1_100;

function isPrefixed(message: string): boolean {
  const head = message.slice(0, MOST_CHARACTERS);
  const line = splitAtSeverity(head);
  return isCsvEntry(head) || (line !== null && !line.isOfApplication && line.prefix.trim() !== '');
}
