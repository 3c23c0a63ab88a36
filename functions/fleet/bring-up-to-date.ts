import { coerceError } from '../core/base/errors.ts';
import type { FleetNetwork } from '../core/fleet/rds-view.ts';
import { reconcile } from '../core/fleet/reconcile.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import type { Cell } from './cell-of.ts';
import type { DispatchPorts, DispatchSettings } from './dispatch-ports.ts';

/** What a dispatch knows of its databases. */
export type Sight = {
  readonly databases: readonly RegisteredDatabase[];
  /** Null while the API does not answer. */
  readonly networks: readonly FleetNetwork[] | null;
  /** Why the API does not answer. Then the registry holds as it was. */
  readonly problem: string | null;
};

/** Reads the API, and writes what changed. A write that fails is made at the next period. */
export async function bringUpToDate(
  { databases, rungs }: Cell,
  { ownerTag }: DispatchSettings,
  ports: DispatchPorts,
): Promise<Sight> {
  try {
    const [rds, parameters] = await Promise.all([ports.describe(), ports.readParameters()]);
    const found = reconcile(databases, { rds, parameters, rungs, ownerTag }, ports.now());
    for (const write of found.writes) {
      await ports.writeDatabase(write).catch((thrown: unknown) => {
        ports.log('item-not-written', { key: write.item.key, ...coerceError(thrown).toProblem() });
      });
    }
    return { databases: found.databases, networks: parameters.networks, problem: null };
  } catch (thrown) {
    const { code, message } = coerceError(thrown);
    ports.log('api-away', { code, message });
    return { databases, networks: null, problem: message };
  }
}
