import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { RemediationError } from '../core/base/errors.ts';
import { allOf } from './all-of.ts';
import { knownRegion } from './known-region.ts';
import { sdkFailureText } from './sdk-failure.ts';

/** A person waits for it: all pages of a table together may take this long. */
const WITHIN_MS = 20_000;

/** Credentials of a role that was assumed. */
export type AssumedCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

export type Item = Readonly<Record<string, AttributeValue>>;

/**
 * All items of a table of a cell, and the region in which it is.
 * @throws RemediationError `registry-unreadable`.
 */
export async function scanTable(
  table: string,
  region: string | undefined,
): Promise<{ readonly region: string; readonly items: readonly Item[] }> {
  const { paginateScan } = await import('./operator-clients.ts');
  const scan = { TableName: table, ConsistentRead: true };
  const place = { table, region };
  return await withTable(place, ['registry-unreadable', 'dynamodb:Scan'], async (client, known) => {
    const pages = paginateScan({ client }, scan, { abortSignal: AbortSignal.timeout(WITHIN_MS) });
    return { region: known, items: await allOf(pages, ({ Items = [] }) => Items) };
  });
}

/** What people write beside a registry item: one attribute with a text, and never what the dispatcher writes. */
export type PeoplesText = {
  readonly table: string;
  readonly key: string;
  readonly attribute: 'accepted' | 'people' | 'proof';
  readonly text: string;
  /** Whether the item has to be there already. */
  readonly isThere: boolean;
};

/**
 * @returns false where the item is not there and has to be.
 * @throws RemediationError `registry-unwritable`.
 */
export async function writePeoplesText(
  written: PeoplesText,
  region: string | undefined,
  credentials?: AssumedCredentials,
): Promise<boolean> {
  const { table, key, attribute, text, isThere } = written;
  const { ConditionalCheckFailedException, UpdateItemCommand } = await import('./operator-clients.ts');
  const command = new UpdateItemCommand({
    TableName: table,
    Key: { key: { S: key } },
    UpdateExpression: 'SET #attribute = :text',
    ExpressionAttributeNames: { '#attribute': attribute, ...(isThere && { '#key': 'key' }) },
    ExpressionAttributeValues: { ':text': { S: text } },
    ...(isThere && { ConditionExpression: 'attribute_exists(#key)' }),
  });
  const place = { table, region, credentials };
  return await withTable(place, ['registry-unwritable', 'dynamodb:UpdateItem'], async (client) => {
    try {
      await client.send(command, { abortSignal: AbortSignal.timeout(WITHIN_MS) });
      return true;
    } catch (thrown) {
      if (thrown instanceof ConditionalCheckFailedException) return false;
      throw thrown;
    }
  });
}

type Place = {
  readonly table: string;
  readonly region: string | undefined;
  readonly credentials?: AssumedCredentials | undefined;
};

async function withTable<Result>(
  { table, region, credentials }: Place,
  [code, right]: readonly ['registry-unreadable' | 'registry-unwritable', string],
  use: (client: DynamoDBClient, region: string) => Promise<Result>,
): Promise<Result> {
  const { DynamoDBClient } = await import('./operator-clients.ts');
  const client = new DynamoDBClient({
    maxAttempts: 3,
    ...(region !== undefined && { region }),
    ...(credentials !== undefined && { credentials }),
  });
  try {
    return await use(client, await knownRegion(client));
  } catch (thrown) {
    if (thrown instanceof RemediationError) throw thrown;
    const message = `The table ${table} does not answer (${sdkFailureText(thrown, WITHIN_MS)}): check the account (AWS_PROFILE), the region (--region), that fleet-cell is deployed there, and that ${right} is allowed.`;
    throw new RemediationError(code, message, { cause: thrown });
  } finally {
    client.destroy();
  }
}
