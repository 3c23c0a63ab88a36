import { setTimeout as sleep } from 'node:timers/promises';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { EXPIRY_ATTRIBUTE } from '../contract.ts';
import { CELL_KEYS, policyItemKey } from '../core/fleet/cell-items.ts';
import type { RegistryRow } from '../fleet/dispatch-ports.ts';
import type { FleetRunPorts } from '../fleet/fleet-run-ports.ts';
import { parseMemoryItem } from './memory-item.ts';
import { type BatchFound, readBatch } from './read-batch.ts';
import { toRegistryRow, withFleetTable } from './registry-table.ts';

/** The tables of a `remediate` function. */
export type RunTables = { readonly registry: string; readonly memory: string; readonly outbox: string };

type Item = Record<string, AttributeValue>;

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

/** One consistent request, and others for what it left over. */
function readTogether(keys: Readonly<Record<string, Item[]>>): Promise<BatchFound> {
  const what = `Tables ${Object.keys(keys).join(' and ')}`;
  const asked = Object.entries(keys).map(([table, Keys]) => [table, { Keys, ConsistentRead: true }] as const);
  return withFleetTable('registry-unreadable', what, (sdk, client, options) =>
    readBatch(
      Object.fromEntries(asked),
      (RequestItems) => client.send(new sdk.BatchGetItemCommand({ RequestItems }), options),
      sleep,
    ),
  );
}
