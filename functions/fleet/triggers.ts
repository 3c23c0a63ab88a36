import { coerceError } from '../core/base/errors.ts';
import { CELL_KEYS, type CellRungs } from '../core/fleet/cell-items.ts';
import { isOwnSubscription, type LogSubscription, rungPlan } from '../core/fleet/trigger-rung.ts';
import type { RemediatePorts } from '../remediate/ports.ts';
import { cellOf } from './cell-of.ts';
import type { DispatchPorts, ReadRegistry } from './dispatch-ports.ts';
import { runningIn } from './running-in.ts';

/** What the function of the triggers needs from outside. All calls but the first two reject with `logs-refused`. */
export type TriggerPorts = {
  readonly readRegistry: ReadRegistry;
  /** Only `cell#rungs`. */
  readonly writeCell: DispatchPorts['writeCell'];
  /** The subscriptions of a log group; null where there is no such group. */
  readonly subscriptionsOf: (logGroup: string) => Promise<readonly LogSubscription[] | null>;
  readonly putSubscription: (logGroup: string) => Promise<void>;
  /** Removes our own filters, by our name. One that is not there is no error. */
  readonly removeSubscription: (logGroup: string) => Promise<void>;
  readonly putMetricFilter: (logGroup: string) => Promise<void>;
  readonly removeMetricFilter: (logGroup: string) => Promise<void>;
  readonly now: RemediatePorts['now'];
  readonly log: RemediatePorts['log'];
};

/** What the function of the triggers is configured with. */
export type TriggerSettings = {
  /** ARN of `intake`. */
  readonly destination: string;
  readonly mayTakeLast: boolean;
};

type Rung = CellRungs['groups'][number];

/**
 * Gives each log group of a database that runs the first trigger that is free, and takes ours from the others. The groups
 * are noted before anything is put, so that a run that ends early leaves nothing behind that the next one does not know.
 */
export async function setTriggers(settings: TriggerSettings, ports: TriggerPorts): Promise<void> {
  const cell = cellOf(await ports.readRegistry(), ports.now());
  const running = runningIn(cell.databases, cell, ports.now());
  const wanted = new Set(running.flatMap(({ logGroup }) => (logGroup === null ? [] : [logGroup])));
  const known = cell.rungs?.groups ?? [];
  const fresh = [...wanted].filter((group) => !known.some((each) => each.group === group));
  if (fresh.length > 0) await writeRungs([...known, ...fresh.map(notYet)], cell.rungs?.at ?? NEVER, ports);
  const groups: Rung[] = [];
  for (const { group } of [...known, ...fresh.map(notYet)]) {
    const rung = wanted.has(group)
      ? await setTrigger(group, settings, ports)
      : await removeTrigger(group, settings, ports);
    if (rung !== null) groups.push(rung);
  }
  await writeRungs(groups, new Date(ports.now()).toISOString(), ports);
}

/** Before any run of this function. */
const NEVER = '1970-01-01T00:00:00.000Z';

function notYet(group: string): Rung {
  return { group, rung: 'sweep', why: 'the trigger is not set up yet' };
}

function writeRungs(groups: readonly Rung[], at: string, { writeCell }: TriggerPorts): Promise<void> {
  const text = JSON.stringify({ at, groups });
  return writeCell({ key: CELL_KEYS.rungs, attribute: 'item', text });
}

async function setTrigger(
  group: string,
  { destination, mayTakeLast }: TriggerSettings,
  ports: TriggerPorts,
): Promise<Rung> {
  try {
    const found = await ports.subscriptionsOf(group);
    if (found === null) return { group, rung: 'sweep', why: 'there is no such log group yet' };
    const plan = rungPlan(found, destination, mayTakeLast);
    const why = plan.put ? await putSubscription(group, ports) : plan.why;
    if (plan.rung === 'subscription' && why === null) {
      await ports.removeMetricFilter(group);
      return { group, rung: 'subscription', why };
    }
    await ports.putMetricFilter(group);
    return { group, rung: 'filter', why };
  } catch (thrown) {
    return { group, rung: 'sweep', why: coerceError(thrown).message };
  }
}

/** Somebody else may have taken the slot meanwhile. Why ours was not put; null when it was. */
async function putSubscription(
  group: string,
  { putSubscription: put }: TriggerPorts,
): Promise<string | null> {
  return put(group).then(
    () => null,
    (thrown: unknown) => coerceError(thrown).message,
  );
}

/** Null when nothing of ours is left. A group that could not be cleared is tried again. */
async function removeTrigger(
  group: string,
  { destination }: TriggerSettings,
  ports: TriggerPorts,
): Promise<Rung | null> {
  try {
    const found = await ports.subscriptionsOf(group);
    if (found !== null && isOwnSubscription(found, destination)) await ports.removeSubscription(group);
    if (found !== null) await ports.removeMetricFilter(group);
    return null;
  } catch (thrown) {
    ports.log('trigger-not-removed', { group, ...coerceError(thrown).toProblem() });
    return { group, rung: 'sweep', why: 'our trigger could not be removed' };
  }
}
