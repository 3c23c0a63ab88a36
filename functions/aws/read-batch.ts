import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { RemediationError } from '../core/base/errors.ts';

/** An item, or the key of one. */
type BatchItem = Record<string, AttributeValue>;
/** Items by table. */
export type BatchFound = Readonly<Record<string, readonly BatchItem[] | undefined>>;
/** What is asked for, by table. */
export type BatchKeys = Readonly<Record<string, { Keys: BatchItem[]; ConsistentRead: true }>>;

/** One request. DynamoDB leaves keys unprocessed where it throttles, and where an answer would be too large. */
export type SendBatch = (keys: BatchKeys) => Promise<{
  readonly Responses?: BatchFound | undefined;
  readonly UnprocessedKeys?: unknown;
}>;

const MOST_TRIES = 4;
/** Before the second try; twice as long before each further one. A table that throttles refuses at once what comes at once. */
const WAIT_MS = 50;

/**
 * Items by their keys, of all tables at one moment or nearly: one request, and others for what it left over. Those that are not
 * there are missing. @throws RemediationError `registry-unreadable` where some stay unread, which are never taken for missing ones.
 */
export async function readBatch(
  keys: BatchKeys,
  send: SendBatch,
  sleep: (ms: number) => Promise<unknown>,
): Promise<BatchFound> {
  const found: Record<string, readonly BatchItem[]> = {};
  let left = keys;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    if (tries > 0) await sleep(WAIT_MS * 2 ** (tries - 1) * (0.5 + Math.random() / 2));
    const { Responses = {}, UnprocessedKeys } = await send(left);
    for (const [table, items = []] of Object.entries(Responses))
      found[table] = [...(found[table] ?? []), ...items];
    left = (UnprocessedKeys ?? {}) as BatchKeys;
    if (Object.keys(left).length === 0) return found;
  }
  const what = `Tables ${Object.keys(keys).join(' and ')}`;
  throw new RemediationError('registry-unreadable', `${what} gave only a part of what was asked for.`);
}
