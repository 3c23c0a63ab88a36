import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { EXPIRY_ATTRIBUTE } from '../contract.ts';
import { parseSummary, regionIn } from '../core/fleet/cell-summary.ts';
import { FORGOTTEN_DAYS, type HeardCell } from '../core/fleet/fleet-digest.ts';
import type { HeardSummary, KeepSummaryPorts } from '../fleet/keep-summary.ts';
import { allOf } from './all-of.ts';
import { withFleetTable } from './registry-table.ts';

/** AWS has some forty regions. An account that claims more is not believed. */
const MOST_REGIONS = 50;
const DAY_SECONDS = 24 * 3_600;
const WITHIN_MS = 20_000;

/**
 * The newest summary of each cell. An account is one item with an attribute for each of its regions, so that the accounts that there
 * are bound the table, whatever one of them sends.
 */
export function summariesIn(TableName: string): Pick<KeepSummaryPorts, 'keep'> & {
  readonly readAll: () => Promise<readonly HeardCell[]>;
} {
  return {
    keep: (heard, heardAt) =>
      withFleetTable('registry-unwritable', `Table ${TableName}`, async (sdk, client, options) => {
        try {
          await client.send(new sdk.UpdateItemCommand(updateOf(TableName, heard, heardAt)), options);
          return true;
        } catch (thrown) {
          if (thrown instanceof sdk.ConditionalCheckFailedException) return false;
          throw thrown;
        }
      }),
    readAll: () =>
      withFleetTable(
        'registry-unreadable',
        `Table ${TableName}`,
        async ({ paginateScan }, client, options) => {
          const pages = paginateScan({ client }, { TableName, ConsistentRead: true }, options);
          return await allOf(pages, ({ Items = [] }) => Items.flatMap(heardIn));
        },
        WITHIN_MS,
      ),
  };
}

function updateOf(
  TableName: string,
  { account, region, text }: HeardSummary,
  heardAt: number,
): UpdateItemCommandInput {
  return {
    TableName,
    Key: { account: { S: account } },
    UpdateExpression: 'SET #cell = :cell, #expiry = :expiry ADD #regions :region',
    ConditionExpression:
      'attribute_not_exists(#regions) OR contains(#regions, :name) OR size(#regions) < :most',
    ExpressionAttributeNames: { '#cell': region, '#expiry': EXPIRY_ATTRIBUTE, '#regions': 'regions' },
    ExpressionAttributeValues: {
      ':cell': { M: { heardAt: { N: String(heardAt) }, text: { S: text } } },
      ':expiry': { N: String(Math.ceil(heardAt / 1_000) + FORGOTTEN_DAYS * DAY_SECONDS) },
      ':region': { SS: [region] },
      ':name': { S: region },
      ':most': { N: String(MOST_REGIONS) },
    },
  };
}

/** Attributes that are no cell are left out: the list of regions, the expiry, and what another version may keep there. */
function heardIn({ account, ...attributes }: Readonly<Record<string, AttributeValue>>): readonly HeardCell[] {
  return Object.entries(attributes).flatMap(([name, { M }]) => {
    const region = M === undefined ? null : regionIn(name);
    if (region === null || account?.S === undefined) return [];
    const heardAt = Number(M?.heardAt?.N ?? 0);
    return [{ account: account.S, region, heardAt, summary: parseSummary(M?.text?.S ?? '') }];
  });
}
