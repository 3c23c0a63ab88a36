import { coerceError } from '../core/base/errors.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { type Cell, cellOf } from './cell-of.ts';
import type { DispatchPorts } from './dispatch-ports.ts';
import { type IntakePorts, startAtOnce } from './intake.ts';
import { runningIn } from './running-in.ts';

/** What the alarm of the metric filters needs from outside. */
export type SweepFilteredPorts = IntakePorts &
  Pick<DispatchPorts, 'sleep'> & {
    /** The log groups of these that got a line in the last minutes. Rejects with `logs-refused`. */
    readonly wroteLately: (groups: readonly string[]) => Promise<ReadonlySet<string>>;
  };

/**
 * Starts a run of each database that only a metric filter watches. One metric counts their refusals together, so that its alarm
 * does not tell which of them it was: each run looks as a sweep does, because otherwise every healthy database would be
 * reported as a refusal without a cause. One that pauses is left asleep unless its log got a line: a server that sleeps refuses
 * no client.
 * @throws RemediationError `registry-unreadable`.
 */
export async function sweepFiltered(ports: SweepFilteredPorts): Promise<void> {
  const cell = cellOf(await ports.readRegistry(), ports.now());
  const filtered = runningIn(cell.databases, cell, ports.now()).filter(isFilteredIn(cell));
  const { sleepers = [], others = [] } = Object.groupBy(filtered, ({ minimumCapacity }) =>
    minimumCapacity === 0 ? 'sleepers' : 'others',
  );
  const [asleep] = await Promise.all([startAwake(sleepers, ports), startEach(others, ports)]);
  ports.log('filtered-swept', { databases: filtered.length - asleep.length, asleep: asleep.length });
}

/** One after another, a thousand would take the whole minute of the function, and paused databases would start too late. */
const AT_ONCE = 10;

/** One that cannot be started holds up no other: the alarm does not act again while it stays on. */
async function startEach(databases: readonly RegisteredDatabase[], ports: SweepFilteredPorts): Promise<void> {
  for (let at = 0; at < databases.length; at += AT_ONCE)
    await Promise.all(databases.slice(at, at + AT_ONCE).map((database) => startOne(database, ports)));
}

async function startOne(database: RegisteredDatabase, ports: SweepFilteredPorts): Promise<void> {
  try {
    await startAtOnce(database, 'alarm', ports);
  } catch (thrown) {
    ports.log('run-not-started', { database: database.key, ...coerceError(thrown).toProblem() });
  }
}

/** The count of a minute's lines may come some seconds after the alarm, which does not act again while it stays on. */
const LOOKS = 3;
const LOOK_AGAIN_MS = 15_000;

/** Those that are left asleep. */
async function startAwake(
  sleepers: readonly RegisteredDatabase[],
  ports: SweepFilteredPorts,
): Promise<readonly RegisteredDatabase[]> {
  let asleep = sleepers;
  for (let looks = 0; looks < LOOKS && asleep.length > 0; looks += 1) {
    if (looks > 0) await ports.sleep(LOOK_AGAIN_MS);
    const wrote = await groupsThatWrote(asleep, ports);
    const isAwake = ({ logGroup }: RegisteredDatabase) => wrote === null || wrote.has(logGroup ?? '');
    await startEach(asleep.filter(isAwake), ports);
    asleep = asleep.filter((database) => !isAwake(database));
  }
  return asleep;
}

/** Null where that is not known: a run that wakes a server costs cents, and one that does not come lets it stay full. */
async function groupsThatWrote(
  databases: readonly RegisteredDatabase[],
  { wroteLately, log }: SweepFilteredPorts,
): Promise<ReadonlySet<string> | null> {
  const groups = new Set(databases.flatMap(({ logGroup }) => (logGroup === null ? [] : [logGroup])));
  try {
    return await wroteLately([...groups]);
  } catch (thrown) {
    log('sleepers-not-known', { ...coerceError(thrown).toProblem() });
    return null;
  }
}

/**
 * An item gets its rung at the next period. The alarm may go on before, and then does not act again while it stays on: what the
 * function of the triggers wrote of the log group counts too.
 */
function isFilteredIn({ rungs }: Cell): (database: RegisteredDatabase) => boolean {
  const groups = new Set(rungs?.groups.flatMap(({ group, rung }) => (rung === 'filter' ? [group] : [])));
  return ({ rung, logGroup }) => rung === 'filter' || (logGroup !== null && groups.has(logGroup));
}
