import { CELL_KEYS, parseCellState } from '../core/fleet/cell-items.ts';
import { isOutOfReach, momentOfFacts, type RunFacts } from '../core/fleet/found-in-run.ts';
import { parseRegistryItem, type RegisteredDatabase } from '../core/fleet/registry-item.ts';
import type { Memory } from '../core/incident/memory.ts';
import { noteFleetRun } from '../core/incident/note-fleet-run.ts';
import type { Destination } from '../events/parse-destination.ts';
import type { RemediatePorts } from '../remediate/ports.ts';
import type { MemoryStore } from '../report/report-ports.ts';
import { updateMemory } from '../report/update-memory.ts';
import type { RegistryRow } from './dispatch-ports.ts';

/** What came of one run of a fleet, with the key that IAM or the function's name vouches for. */
export type FleetDelivery = {
  readonly key: string;
  readonly runId: string;
  readonly facts: RunFacts;
  readonly destination: Destination;
  /** The function that ran, where a destination names it; null where the key of the outbox vouches for the VPC. */
  readonly functionArn: string | null;
};

export type FleetReportPorts = {
  /** Reads these items consistently. Rejects with `registry-unreadable`. */
  readonly readItems: (keys: readonly string[]) => Promise<readonly RegistryRow[]>;
  readonly memory: MemoryStore;
  /** The report of a single server, bound to this database. */
  readonly report: (destination: Destination, database: RegisteredDatabase) => Promise<void>;
  readonly now: RemediatePorts['now'];
  readonly log: RemediatePorts['log'];
};

/**
 * Tells people the result of a run of a fleet, if the registry has its database under the VPC of the function that ran. A
 * server that is out of reach once is no news: a network that fails takes many with it, which is one message of the cell.
 * @throws RemediationError where Lambda has to deliver again.
 */
export async function reportParcel(delivery: FleetDelivery, ports: FleetReportPorts): Promise<void> {
  const { key, runId, facts, destination } = delivery;
  const rows = await ports.readItems([key, CELL_KEYS.state]);
  const database = databaseOf(delivery, rows);
  if (database === null) return ports.log('record-of-unknown-database', { key, runId });
  const at = momentOfFacts(facts, ports.now());
  const { after } = await updateMemory(ports.memory, key, (memory) => noteFleetRun(memory, runId, facts, at));
  if (isToldByItself(delivery, after)) return ports.log('run-told-by-itself', { key, runId });
  const isFirst = (after.fleet?.failures ?? 0) <= 1;
  const isOutage = outageIn(rows);
  if (isOutOfReach(facts.failedBy) && (isFirst || isOutage || database.standing !== 'runs'))
    return ports.log('not-told-yet', { key, runId, failedBy: facts.failedBy, isOutage });
  await ports.report(ofDatabase(destination, database), database);
}

/**
 * Lambda tells of a run without a result also where its record was taken and only the answer to that was lost. What the record
 * said is remembered then.
 */
function isToldByItself({ runId, facts, destination }: FleetDelivery, { fleet }: Memory): boolean {
  return destination.kind === 'failed-run' && fleet?.lastRunId === runId && fleet.failedBy !== facts.failedBy;
}

function databaseOf(
  { key, functionArn }: FleetDelivery,
  rows: readonly RegistryRow[],
): RegisteredDatabase | null {
  const row = rows.find((each) => each.key === key);
  const database = parseRegistryItem(key, row?.texts.item, row?.texts.accepted);
  const isItsFunction = functionArn === null || database?.network?.function === functionArn;
  return isItsFunction ? database : null;
}

function outageIn(rows: readonly RegistryRow[]): boolean {
  const row = rows.find((each) => each.key === CELL_KEYS.state);
  return parseCellState(row?.texts.item).outage !== null;
}

/** The name is that of the registry, whatever the record says. */
function ofDatabase(destination: Destination, { key, name }: RegisteredDatabase): Destination {
  const known = { ...destination, database: { key, name } };
  if (known.kind !== 'record') return known;
  const { payload } = known;
  if (typeof payload !== 'object' || payload === null) return known;
  return { ...known, payload: { ...payload, server: name } };
}
