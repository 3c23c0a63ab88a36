import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { coerceError, RemediationError } from '../core/errors.ts';
import { type Memory, type MemoryPlace, memoryUnreadable } from '../core/memory.ts';
import type { MemoryStore } from '../workflow/ports.ts';
import { defaultProvider } from './environment-credentials.ts';
import { itemOf, keyOf, memoryOf } from './memory-item.ts';

/** All tries of one call together. */
const CALL_MS = 5_000;

/** The items of one table, read and written by DynamoDB's own client as whoever the environment says we are. */
export function memoryIn(table: string, region?: string): MemoryStore {
  return {
    read: (server) => read({ server, table }, region),
    write: (server, memory) => write({ server, table }, memory, region),
  };
}

/** @throws RemediationError `memory-unreadable`. */
async function read(place: MemoryPlace, region: string | undefined): Promise<Memory> {
  const { GetItemCommand } = await import('@aws-sdk/client-dynamodb');
  const command = new GetItemCommand({ TableName: place.table, Key: keyOf(place), ConsistentRead: true });
  const { Item } = await withClient(region, (client, options) => client.send(command, options)).catch(
    (thrown: unknown) => {
      throw memoryUnreadable(place, nameAndMessage(thrown));
    },
  );
  return memoryOf(place, Item);
}

/**
 * Puts the item in the place of the version before it.
 * @throws RemediationError `memory-unwritable`.
 */
async function write(place: MemoryPlace, memory: Memory, region: string | undefined): Promise<boolean> {
  const { ConditionalCheckFailedException, PutItemCommand } = await import('@aws-sdk/client-dynamodb');
  const isFirst = memory.version === 1;
  const command = new PutItemCommand({
    TableName: place.table,
    Item: itemOf(place, memory),
    ConditionExpression: isFirst ? 'attribute_not_exists(#version)' : '#version = :before',
    ExpressionAttributeNames: { '#version': 'version' },
    ...(!isFirst && { ExpressionAttributeValues: { ':before': { N: String(memory.version - 1) } } }),
  });
  try {
    await withClient(region, (client, options) => client.send(command, options));
    return true;
  } catch (thrown) {
    if (thrown instanceof ConditionalCheckFailedException) return false;
    const { server, table } = place;
    const message = `What is to be remembered of ${server} was not written to table ${table} (${nameAndMessage(thrown)}): check that dynamodb:PutItem is allowed on this key.`;
    throw new RemediationError('memory-unwritable', message, { cause: thrown });
  }
}

async function withClient<Result>(
  region: string | undefined,
  use: (client: DynamoDBClient, options: { readonly abortSignal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  // Loaded here because few runs have anything to remember: half a megabyte and 60 ms.
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient({
    maxAttempts: 3,
    credentials: defaultProvider(),
    ...(region !== undefined && { region }),
  });
  try {
    return await use(client, { abortSignal: AbortSignal.timeout(CALL_MS) });
  } finally {
    client.destroy();
  }
}

function nameAndMessage(thrown: unknown): string {
  const name = thrown instanceof Error ? `${thrown.name}: ` : '';
  return `${name}${coerceError(thrown).message}`;
}
