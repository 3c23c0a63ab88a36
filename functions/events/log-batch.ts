import { isCsvEntry } from './logged-entry.ts';
import { BARE, type ReadRefusal, readRefusal } from './refusal-line.ts';
import { splitAtSeverity } from './server-line.ts';

/**
 * The refusals in a batch of log events, in order, with null for an event without one. A server that writes a
 * prefix writes one before each line. A line without it is a piece of a name or a query with a line break.
 */
export function refusalsInBatch(messages: readonly string[]): readonly (ReadRefusal | null)[] {
  const hasPrefix = messages.some(isPrefixed);
  return messages.map((message) => (hasPrefix && BARE.test(message) ? null : readRefusal(message)));
}

/** The longest prefix and a severity. */
const MOST_CHARACTERS = 1_100;

function isPrefixed(message: string): boolean {
  const head = message.slice(0, MOST_CHARACTERS);
  const line = splitAtSeverity(head);
  return isCsvEntry(head) || (line !== null && !line.isOfApplication && line.prefix.trim() !== '');
}
