import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ATTENTION_INDEX, EXPIRY_ATTRIBUTE } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { type AttentionByKey, parseAttention } from '../core/fleet/attention.ts';
import { registryItemText } from '../core/fleet/registry-item.ts';
import type { DispatchPorts, ReadRegistry, RegistryRow, TakeClaim } from '../fleet/dispatch-ports.ts';
import { allOf } from './all-of.ts';
import { CELL_PARTITION } from './memory-item.ts';
import { sdkFailureText } from './sdk-failure.ts';

/** All tries of one call together. */
const WITHIN_MS = 5_000;
const MAX_ATTEMPTS = 3;

type Sdk = typeof import('./fleet-dynamodb.ts');
type Options = { readonly abortSignal: AbortSignal };
type Item = Readonly<Record<string, AttributeValue>>;

/** Lends a client for one piece of work. `registry-unreadable` or `registry-unwritable` says what did not work. */
export async function withFleetTable<Result>(
  code: 'registry-unreadable' | 'registry-unwritable',
  what: string,
  use: (sdk: Sdk, client: DynamoDBClient, options: Options) => Promise<Result>,
  withinMs = WITHIN_MS,
): Promise<Result> {
  const sdk = await import('./fleet-dynamodb.ts');
  const client = new sdk.DynamoDBClient({ maxAttempts: MAX_ATTEMPTS });
  const abortSignal = AbortSignal.timeout(withinMs);
  try {
    return await use(sdk, client, { abortSignal });
  } catch (thrown) {
    if (thrown instanceof RemediationError) throw thrown;
    const why = sdkFailureText(thrown, withinMs);
    const did = code === 'registry-unreadable' ? 'cannot be read' : 'was not written';
    const message = `${what} ${did} (${why}): check that the table exists, that this function's role may use it, and the way to DynamoDB.`;
    throw new RemediationError(code, message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

const NAMES = ['item', 'accepted', 'people', 'organisation', 'proof'] as const;

/** Only texts count: what others put beside them is not ours. Null for an item without a key. */
export function toRegistryRow(item: Item | undefined): RegistryRow | null {
  const key = item?.key?.S;
  if (item === undefined || key === undefined) return null;
  const texts = NAMES.flatMap((name) => {
    const text = item[name]?.S;
    return text === undefined ? [] : [[name, text] as const];
  });
  return { key, texts: Object.fromEntries(texts) };
}

/** The registry of a cell. */
export function registryIn(
  table: string,
): { readonly readRegistry: ReadRegistry } & Pick<DispatchPorts, 'writeDatabase' | 'writeCell'> {
  return {
    readRegistry: () => readAll(table),
    writeDatabase: ({ item, expiresAt }) =>
      writeText(table, item.key, 'item', registryItemText(item), expiresAt),
    writeCell: ({ key, attribute, text }) => writeText(table, key, attribute, text, null),
  };
}

function readAll(TableName: string): ReturnType<ReadRegistry> {
  return withFleetTable(
    'registry-unreadable',
    `Table ${TableName}`,
    async ({ paginateScan }, client, options) => {
      const pages = paginateScan({ client }, { TableName, ConsistentRead: true }, options);
      return await allOf(pages, ({ Items = [] }) => Items.flatMap((item) => toRegistryRow(item) ?? []));
    },
  );
}

/** Writes one attribute and leaves the others, which people or other functions write. */
async function writeText(
  TableName: string,
  key: string,
  attribute: string,
  text: string | null,
  expiresAt: number | null,
): Promise<void> {
  const names = { '#text': attribute, '#expiry': EXPIRY_ATTRIBUTE };
  const set = [
    ...(text === null ? [] : ['#text = :text']),
    ...(expiresAt === null ? [] : ['#expiry = :expiry']),
  ];
  const remove = [...(text === null ? ['#text'] : []), ...(expiresAt === null ? ['#expiry'] : [])];
  const clauses = [
    ...(set.length > 0 ? [`SET ${set.join(', ')}`] : []),
    ...(remove.length > 0 ? [`REMOVE ${remove.join(', ')}`] : []),
  ];
  const values = {
    ...(text !== null && { ':text': { S: text } }),
    ...(expiresAt !== null && { ':expiry': { N: String(expiresAt) } }),
  };
  await withFleetTable('registry-unwritable', `Item ${key} of table ${TableName}`, (sdk, client, options) =>
    client.send(
      new sdk.UpdateItemCommand({
        TableName,
        Key: { key: { S: key } },
        UpdateExpression: clauses.join(' '),
        ExpressionAttributeNames: names,
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
      }),
      options,
    ),
  );
}

/** Claims of periods and databases. */
export function claimsIn(TableName: string, now: () => number = Date.now): TakeClaim {
  return ({ key, owner, until }) =>
    withFleetTable(
      'registry-unwritable',
      `Claim ${key} of table ${TableName}`,
      async (sdk, client, options) => {
        const command = new sdk.PutItemCommand({
          TableName,
          Item: {
            key: { S: key },
            owner: { S: owner },
            until: { N: String(until) },
            [EXPIRY_ATTRIBUTE]: { N: String(Math.ceil(until / 1_000)) },
          },
          // The table drops what has expired days later. If the answer to a put was lost, it is tried again and is ours.
          ConditionExpression: 'attribute_not_exists(#key) OR #until <= :now OR #owner = :owner',
          ExpressionAttributeNames: { '#key': 'key', '#until': 'until', '#owner': 'owner' },
          ExpressionAttributeValues: { ':now': { N: String(now()) }, ':owner': { S: owner } },
        });
        try {
          await client.send(command, options);
          return true;
        } catch (thrown) {
          if (thrown instanceof sdk.ConditionalCheckFailedException) return false;
          throw thrown;
        }
      },
    );
}

/** The databases of a cell that are not calm. The index may be some seconds behind. */
export function attentionIn(TableName: string): () => Promise<AttentionByKey> {
  return () =>
    withFleetTable(
      'registry-unreadable',
      `Index ${ATTENTION_INDEX} of table ${TableName}`,
      async (sdk, client, options) => {
        const query = {
          TableName,
          IndexName: ATTENTION_INDEX,
          KeyConditionExpression: '#index = :cell',
          ExpressionAttributeNames: { '#index': ATTENTION_INDEX },
          ExpressionAttributeValues: { ':cell': { S: CELL_PARTITION } },
        };
        const found = new Map<string, ReturnType<typeof parseAttention>>();
        for await (const { Items = [] } of sdk.paginateQuery({ client }, query, options))
          for (const item of Items)
            if (item.server?.S !== undefined) found.set(item.server.S, attentionOf(item));
        return found;
      },
    );
}

function attentionOf({ failures, failedAt, failedBy, incident, busyAt }: Item) {
  return parseAttention({
    failures: Number(failures?.N ?? 0),
    failedAt: failedAt?.S ?? null,
    failedBy: failedBy?.S ?? null,
    incident: incident?.BOOL ?? false,
    busyAt: busyAt?.S ?? null,
  });
}
