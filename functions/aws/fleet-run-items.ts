import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { EXPIRY_ATTRIBUTE } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { CELL_KEYS, policyItemKey } from '../core/fleet/cell-items.ts';
import type { RegistryRow } from '../fleet/dispatch-ports.ts';
import type { FleetRunPorts } from '../fleet/fleet-run-ports.ts';
import { parseMemoryItem } from './memory-item.ts';
import { toRegistryRow, withFleetTable } from './registry-table.ts';

/** The tables of a `remediate` function. */
export type RunTables = { readonly registry: string; readonly memory: string; readonly outbox: string };

type Item = Record<string, AttributeValue>;
type Found = Readonly<Record<string, readonly Item[] | undefined>>;

/** A record that was not taken is dropped after a day. */
const KEPT_SECONDS = 24 * 3_600;

/** What a run reads and leaves behind in DynamoDB. */
export function runItemsIn(tables: RunTables): Pick<FleetRunPorts, 'readRun' | 'readPolicy' | 'post'> {
  const { registry, memory, outbox } = tables;
  return {
    readRun: async (key, policy) => {
      const keys = [key, CELL_KEYS.switch, policyItemKey(policy)];
      const found = await readTogether({ [registry]: byKey('key', keys), [memory]: byKey('server', [key]) });
      const rowOf = (name: string) => rowIn(found[registry] ?? [], name);
      return {
        database: rowOf(key),
        switches: rowOf(CELL_KEYS.switch),
        policy: rowOf(policyItemKey(policy)),
        memory: parseMemoryItem({ server: key, table: memory }, found[memory]?.[0], Date.now()),
      };
    },
    readPolicy: async (name) => (await readRegistryItems(registry, [policyItemKey(name)]))[0] ?? null,
    post: async ({ key, run, result, facts }) => {
      const expiresAt = Math.ceil(Date.now() / 1_000) + KEPT_SECONDS;
      const Item = {
        key: { S: key },
        run: { S: run },
        record: { S: JSON.stringify(result) },
        facts: { S: JSON.stringify(facts) },
        [EXPIRY_ATTRIBUTE]: { N: String(expiresAt) },
      };
      const what = `The record of run ${run}`;
      await withFleetTable('registry-unwritable', what, (sdk, client, options) =>
        client.send(new sdk.PutItemCommand({ TableName: outbox, Item }), options),
      );
    },
  };
}

/** Items of the registry by key; those that are not there are missing. @throws RemediationError `registry-unreadable`. */
export async function readRegistryItems(
  table: string,
  keys: readonly string[],
): Promise<readonly RegistryRow[]> {
  const found = await readTogether({ [table]: byKey('key', keys) });
  return (found[table] ?? []).map(toRegistryRow).filter((row) => row !== null);
}

function rowIn(items: readonly Item[], key: string): RegistryRow | null {
  return toRegistryRow(items.find((item) => item.key?.S === key));
}

function byKey(attribute: string, keys: readonly string[]): Item[] {
  return keys.map((key) => ({ [attribute]: { S: key } }));
}

/** One consistent request, and others for what it left over. Items that stay unread are an error, and never missing ones. */
function readTogether(keys: Readonly<Record<string, Item[]>>): Promise<Found> {
  const what = `Tables ${Object.keys(keys).join(' and ')}`;
  return withFleetTable('registry-unreadable', what, async (sdk, client, options) => {
    const found: Record<string, Item[]> = {};
    let left = Object.fromEntries(
      Object.entries(keys).map(([table, Keys]) => [table, { Keys, ConsistentRead: true }]),
    );
    for (let tries = 0; tries < MOST_TRIES && Object.keys(left).length > 0; tries += 1) {
      const { Responses = {}, UnprocessedKeys = {} } = await client.send(
        new sdk.BatchGetItemCommand({ RequestItems: left }),
        options,
      );
      for (const [table, items] of Object.entries(Responses))
        found[table] = [...(found[table] ?? []), ...items];
      left = UnprocessedKeys as typeof left;
    }
    if (Object.keys(left).length === 0) return found;
    throw new RemediationError('registry-unreadable', `${what} gave only a part of what was asked for.`);
  });
}

const MOST_TRIES = 4;
