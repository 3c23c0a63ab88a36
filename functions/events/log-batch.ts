import { isCsvEntry } from './logged-entry.ts';
import { BARE, type ReadRefusal, readRefusal } from './refusal-line.ts';
import { splitAtSeverity } from './server-line.ts';

/**
 * The refusals in a batch of log events, in order, with null for an event without one. A server that writes a
 * prefix writes one before each line. A line without it is a piece of a name or a query with a line break.
 */
export function refusalsInBatch(messages: readonly string[]): readonly (ReadRefusal | null)[] {
  const hasPrefix = messages.some(isPrefixed);
  const refusals = messages.map((message) => (hasPrefix && BARE.test(message) ? null : readRefusal(message)));
  return refusals.map((refusal, at) => (isToldToClients(messages, at) ? null : refusal));
}

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
