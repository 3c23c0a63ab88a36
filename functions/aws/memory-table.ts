import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { RemediationError } from '../core/base/errors.ts';
import { type Memory, type MemoryPlace, memoryUnreadable } from '../core/incident/memory.ts';
import type { MemoryStore } from '../report/report-ports.ts';
import { knownRegion } from './known-region.ts';
import { itemOf, keyOf, parseMemoryItem } from './memory-item.ts';
import { sdkFailureText } from './sdk-failure.ts';

/** How often a call is tried, and how long all tries may take together. */
type Limits = { readonly attempts: number; readonly withinMs: number };

const LIMITS: Limits = { attempts: 3, withinMs: 5_000 };

/** The items of one table. Credentials and, where none is given, the region come from the SDK's default chain. */
export function memoryIn(table: string, region?: string): MemoryStore {
  return {
    read: (server) => readMemory({ server, table }, LIMITS, region),
    write: (server, memory) => write({ server, table }, memory, region),
  };
}

/** @throws RemediationError `memory-unreadable`. */
export async function readMemory(place: MemoryPlace, limits: Limits, region?: string): Promise<Memory> {
  const { GetItemCommand } = await import('./dynamodb.ts');
  const command = new GetItemCommand({ TableName: place.table, Key: keyOf(place), ConsistentRead: true });
  const abortSignal = AbortSignal.timeout(limits.withinMs);
  try {
    const { Item } = await withClient(limits, region, (client) => client.send(command, { abortSignal }));
    return parseMemoryItem(place, Item, Date.now());
  } catch (thrown) {
    if (thrown instanceof RemediationError) throw thrown;
    throw memoryUnreadable(place, sdkFailureText(thrown, limits.withinMs));
  }
}

/**
 * Writes the item only over the version before it.
 * @throws RemediationError `memory-unwritable`.
 */
async function write(place: MemoryPlace, memory: Memory, region: string | undefined): Promise<boolean> {
  const { ConditionalCheckFailedException, PutItemCommand } = await import('./dynamodb.ts');
  const isFirst = memory.version === 1;
  const command = new PutItemCommand({
    TableName: place.table,
    Item: itemOf(place, memory),
    ConditionExpression: isFirst ? 'attribute_not_exists(#version)' : '#version = :before',
    ExpressionAttributeNames: { '#version': 'version' },
    ...(!isFirst && { ExpressionAttributeValues: { ':before': { N: String(memory.version - 1) } } }),
  });
  const abortSignal = AbortSignal.timeout(LIMITS.withinMs);
  try {
    await withClient(LIMITS, region, (client) => client.send(command, { abortSignal }));
    return true;
  } catch (thrown) {
    if (thrown instanceof ConditionalCheckFailedException) return false;
    if (thrown instanceof RemediationError) throw thrown;
    const { server, table } = place;
    const message = `The memory of ${server} was not written to table ${table} (${sdkFailureText(thrown, LIMITS.withinMs)}): check that dynamodb:PutItem is allowed on this key.`;
    throw new RemediationError('memory-unwritable', message, { cause: thrown });
  }
}

/** Uses a client of DynamoDB for one piece of work. */
export async function withClient<Result>(
  { attempts }: Limits,
  region: string | undefined,
  use: (client: DynamoDBClient) => Promise<Result>,
): Promise<Result> {
  // Loaded on demand, because few runs have anything to remember.
  const { DynamoDBClient } = await import('./dynamodb.ts');
  const client = new DynamoDBClient({ maxAttempts: attempts, ...(region !== undefined && { region }) });
  try {
    await knownRegion(client);
    return await use(client);
  } finally {
    client.destroy();
  }
}
