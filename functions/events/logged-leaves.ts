import { type Fields, fieldsOf } from './event-fields.ts';
import { entryOfJson, type LoggedEntry } from './logged-entry.ts';
import { isRequestKey } from './message-at.ts';

const MOST_LEAVES = 400;
const MOST_DEPTH = 8;

/** OpenTelemetry puts a text into an object of its own: `"body":{"stringValue":"…"}`. */
const OF_OTLP = 'stringValue';

type Leaf = { readonly key: string; readonly value: unknown; readonly entry: LoggedEntry | null };

/**
 * The values in an object, each with its key. Values in a list have the key of the list. However deep a log
 * shipper has put it, an entry of a server is one whole value. The fields beside its message quote texts of
 * clients.
 */
export function leavesOf(object: Fields): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (key: string, value: unknown, depth: number): void => {
    if (leaves.length >= MOST_LEAVES || depth > MOST_DEPTH) return;
    if (typeof value !== 'object' || value === null) leaves.push({ key, value, entry: null });
    else if (Array.isArray(value)) for (const each of value) visit(key, each, depth + 1);
    else if (!isRequestKey(key)) {
      const fields = fieldsOf(value);
      const entry = entryOfJson(fields);
      if (entry !== null) leaves.push({ key, value: null, entry });
      else
        for (const [name, each] of Object.entries(fields))
          visit(name === OF_OTLP ? key : name, each, depth + 1);
    }
  };
  visit('', object, 0);
  return leaves;
}
