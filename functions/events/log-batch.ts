import { isCsvEntry } from './logged-entry.ts';
import { BARE, type ReadRefusal, readRefusal } from './refusal-line.ts';
import { splitAtSeverity } from './server-line.ts';

/**
 * The refusals that a batch of log events tells of, in their order; null for an event that tells of none. A server that puts
 * a prefix before its lines puts it before each: a line without one is a piece of a name or a query that has a line break.
 */
export function refusalsInBatch(messages: readonly string[]): readonly (ReadRefusal | null)[] {
  const hasPrefix = messages.some(isPrefixed);
  return messages.map((message) => (hasPrefix && BARE.test(message) ? null : readRefusal(message)));
}

/** The longest prefix, and a severity. */
const MOST_CHARACTERS = 1_100;

function isPrefixed(message: string): boolean {
  const head = message.slice(0, MOST_CHARACTERS);
  const line = splitAtSeverity(head);
  return isCsvEntry(head) || (line !== null && !line.isOfApplication && line.prefix.trim() !== '');
}
