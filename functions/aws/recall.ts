import type { Environment } from '../config.ts';
import { coerceError } from '../core/errors.ts';
import { type Memory, type MemoryPlace, memoryUnreadable, type Recall } from '../core/memory.ts';
import { callJson } from './json-call.ts';

/** One try, for a full server waits: whoever has no answer by then decides without. */
const RECALL_MS = 500;

/**
 * What `remediate` asks of memory, by a signed request of its own: DynamoDB's client would take longer to load than a
 * run takes to free slots. Never throws.
 */
export function recallFrom(
  server: string,
  table: string | null,
  environment: Environment,
): () => Promise<Recall | null> {
  return async () => {
    if (table === null) return null;
    const place = { server, table };
    try {
      const { paused } = await getMemory(place, environment);
      return { kind: 'read', table, paused };
    } catch (thrown) {
      const error = coerceError(thrown);
      const known = error.code === 'memory-unreadable' ? error : memoryUnreadable(place, error.message);
      return { kind: 'unreadable', table, problem: known.toProblem() };
    }
  };
}

async function getMemory(place: MemoryPlace, environment: Environment): Promise<Memory> {
  const signal = AbortSignal.timeout(RECALL_MS);
  // Loaded here because not every function has a memory, and because a connect is under way meanwhile.
  const { keyOf, memoryOf } = await import('./memory-item.ts');
  const call = {
    service: 'dynamodb',
    contentType: 'application/x-amz-json-1.0',
    target: 'DynamoDB_20120810.GetItem',
    body: { TableName: place.table, Key: keyOf(place), ConsistentRead: true },
  } as const;
  const { isSuccess, fields, why } = await callJson(call, environment, signal).catch((thrown: unknown) => {
    const found = signal.aborted ? `no answer in ${RECALL_MS} ms` : coerceError(thrown).message;
    throw memoryUnreadable(place, found);
  });
  if (isSuccess) return memoryOf(place, fields.Item);
  throw memoryUnreadable(place, why.text);
}
