import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import { parseRegistryItem } from '../../functions/core/fleet/registry-item.ts';
import type { Product } from './product.ts';
import { violationsOf } from './simulate-cell.ts';
import { MINUTE, PERIOD_MS } from './simulated-cell.ts';
import type { Life } from './simulated-lambda.ts';
import type { Stage } from './stage.ts';
import {
  ACCEPTED_AT,
  keyOfTroubled,
  periodAfter,
  TROUBLED_NAMES,
  TROUBLED_START,
  type TroubledName,
  troubledCell,
} from './troubled-cell.ts';

const HOURS = 0.35;
/** The period after a kill has to be over before the life of the cell is. */
const LAST_KILL = TROUBLED_START + 15 * MINUTE;

/** A call of a port, by its number among the calls of this port. */
export type CallMoment = {
  readonly call: string;
  readonly count: number;
  /** True where no invocation before had made the same calls in the same order. */
  readonly isNewWay: boolean;
};

/** Every call that the cell makes when nothing is killed: a port that is added is among them by itself. */
export async function callMoments(): Promise<readonly CallMoment[]> {
  const moments: CallMoment[] = [];
  const counts = new Map<string, number>();
  const [ways, way] = [new Set<string>(), new WeakMap<Life, string>()];
  await troubledCell({
    hours: HOURS,
    afterCall: ({ time }, call, life) => {
      const count = (counts.get(call) ?? 0) + 1;
      counts.set(call, count);
      const here = `${way.get(life) ?? ''}, ${call}`;
      way.set(life, here);
      if (time.now() < LAST_KILL) moments.push({ call, count, isNewWay: !ways.has(here) });
      ways.add(here);
    },
  });
  return moments;
}

/** Lets the cell live, kills an invocation just after its call, and says what is not as it has to be afterwards. */
export async function violationsAfterKill(
  moment: Pick<CallMoment, 'call' | 'count'>,
  product: Partial<Product> = {},
): Promise<readonly string[]> {
  let [calls, at] = [0, Number.NaN];
  const stage = await troubledCell({
    ...{ hours: HOURS, product },
    afterCall: ({ time, journal }, made, life) => {
      if (made !== moment.call || ++calls !== moment.count) return;
      at = time.now();
      if (made.startsWith('dispatch '))
        journal.faults.push({ kind: 'cell', key: null, from: at, until: periodAfter(at) });
      life.kill();
    },
  });
  return notWhole(stage, at);
}

/** What is not as it has to be after an invocation that was killed at a moment; NaN when the call was not made. */
function notWhole(stage: Stage, at: number): readonly string[] {
  const { journal } = stage;
  const key = (name: TroubledName) => keyOfTroubled(stage, name);
  const isIn = (moment: number, period: number) => moment >= period && moment < period + PERIOD_MS;
  const next = periodAfter(at);
  const acting = periodAfter(Math.max(at, ACCEPTED_AT));
  const told = (name: TroubledName) =>
    journal.told.some((each) => each.key === key(name) && each.kind === 'opened' && each.isTaken);
  const ranNext = (name: TroubledName) =>
    journal.runs.some((run) => run.key === key(name) && isIn(run.at, next));
  const news = new Set(journal.news.map(({ sent }) => sent.id));
  const checks: Readonly<Record<string, boolean>> = {
    'no call was killed in time': !(acting + PERIOD_MS < stage.time.now()),
    'the leak was not relieved': !journal.endings.some(
      (ending) => ending.endedOn === key('leak') && isIn(ending.at, acting),
    ),
    'the policy that cannot be read is not told once': news.size !== 1,
    'triggers are not set': rungOf(stage, 'storm') !== 'subscription' || rungOf(stage, 'alarm') !== 'filter',
    'the week is not summed up': new Set(journal.summaries.map(({ week }) => week)).size !== 1,
    'the switch was not copied': !stage.tables.registry.get(CELL_KEYS.switch)?.organisation,
  };
  return [
    ...violationsOf(stage, { good: [...stage.estate.databases.values()] }),
    ...Object.entries(checks).flatMap(([what, isSo]) => (isSo ? [what] : [])),
    ...TROUBLED_NAMES.flatMap((name) => (ranNext(name) ? [] : [`${name} did not run in the next period`])),
    ...(['leak', 'storm', 'alarm'] as const).flatMap((name) => (told(name) ? [] : [`${name} is not told`])),
  ];
}

function rungOf(stage: Stage, name: TroubledName): string | undefined {
  const key = keyOfTroubled(stage, name);
  return parseRegistryItem(key, stage.tables.registry.get(key)?.item, undefined)?.rung;
}
