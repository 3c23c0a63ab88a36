import type { AttentionByKey } from '../core/fleet/attention.ts';
import { type CellHealth, cellHealth } from '../core/fleet/cell-outage.ts';
import { type DueRun, dueRuns, type Period } from '../core/fleet/due.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { bringUpToDate } from './bring-up-to-date.ts';
import { cellOf } from './cell-of.ts';
import type { DispatchPorts, DispatchSettings } from './dispatch-ports.ts';
import { readOrganisation } from './read-organisation.ts';
import { runningIn } from './running-in.ts';
import { settleState } from './settle-state.ts';
import { startRuns } from './start-runs.ts';

/** A claim of a period outlives every delivery of its event. */
const CLAIM_MS = 24 * 3_600_000;

/**
 * One period of a cell: brings the registry up to date, starts the runs that are due, and tells what is news of the cell
 * itself. Wherever it stops, the next period is whole: each step may be done again.
 * @throws RemediationError `registry-unreadable` or `registry-unwritable` before anything was started.
 */
export async function dispatch(
  scheduledAt: number,
  settings: DispatchSettings,
  ports: DispatchPorts,
): Promise<void> {
  const { periodMs: ms } = settings;
  // A schedule that is a little late or doubled falls into the same slot.
  const at = Math.floor(scheduledAt / ms) * ms;
  const key = `period#${new Date(at).toISOString()}`;
  const claim = { key, owner: ports.newOwner(), until: ports.now() + CLAIM_MS };
  if (!(await ports.takeClaim(claim))) return ports.log('duplicate-dispatch', { period: key });
  const startedAt = ports.now();
  const period = { at, ms, now: startedAt };
  const [rows, attention] = await Promise.all([ports.readRegistry(), ports.readAttention()]);
  const cell = cellOf(rows, startedAt);
  for (const row of cell.unreadable) ports.log('item-unreadable', { key: row });
  const sight = await bringUpToDate(cell, settings, ports);
  const organisation = await readOrganisation(cell, sight.databases, ports);
  const running = runningIn(sight.databases, { ...cell, ...organisation }, startedAt);
  const health = cellHealth(running, attention, cell.state.outage, period);
  // A switch heals no database: what was unwell counts until a run has seen it well.
  const watched = runningIn(sight.databases, { ...organisation, ...NO_SWITCH }, startedAt);
  ports.measure({ unwellDatabases: unwellIn(watched, attention) });
  // First, so that reports of the runs that start now know of an outage, and so that it is done however long starting takes.
  await settleState({ cell, sight, organisation, running, health, period }, ports);
  const started = await startDue(running, attention, period, startedAt, ports);
  logDispatch({ key, sight: sight.databases.length, running, started, health }, ports);
}

const NO_SWITCH = { people: null, organisation: null } as const;

/** Databases that the last run could not get into, and those with an open incident. */
function unwellIn(running: readonly RegisteredDatabase[], attention: AttentionByKey): number {
  return running.filter(({ key }) => {
    const { failures = 0, incident = false } = attention.get(key) ?? {};
    return failures > 0 || incident;
  }).length;
}

async function startDue(
  running: readonly RegisteredDatabase[],
  attention: AttentionByKey,
  period: Period,
  startedAt: number,
  ports: DispatchPorts,
): Promise<readonly DueRun[]> {
  const due = dueRuns(running, attention, period);
  await startRuns(due, 'sweep', startedAt, ports);
  return due;
}

type Dispatched = {
  readonly key: string;
  readonly sight: number;
  readonly running: readonly RegisteredDatabase[];
  readonly started: readonly DueRun[];
  readonly health: CellHealth;
};

function logDispatch({ key, sight, running, started, health }: Dispatched, { log }: DispatchPorts): void {
  log('dispatch', {
    period: key,
    databases: sight,
    running: running.length,
    started: started.length,
    unwell: health.unwell.length,
  });
}
