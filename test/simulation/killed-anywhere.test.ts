import { expect, test } from 'vitest';
import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import { parseRegistryItem } from '../../functions/core/fleet/registry-item.ts';
import type { Product } from './product.ts';
import { violationsOf } from './simulate-cell.ts';
import { MINUTE, PERIOD_MS } from './simulated-cell.ts';
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
/** Of a port that is called so often, each call is one; of others the first, and one in the middle. */
const FEW = 6;

/** Every call that the cell makes when nothing is killed, with their number: a port that is added is in it by itself. */
const CALLS = new Map<string, number>();
await troubledCell({
  hours: HOURS,
  afterCall: ({ time }, call) => {
    if (time.now() < LAST_KILL) CALLS.set(call, (CALLS.get(call) ?? 0) + 1);
  },
});
const MOMENTS = [...CALLS].toSorted().flatMap(([call, count]) => {
  const each = Array.from({ length: count }, (_, at) => at + 1);
  const chosen = count <= FEW ? each : [1, Math.ceil((count + 1) / 2)];
  return chosen.map((at) => [at, call] as const);
});

/** Lets the cell live, and kills an invocation just after its call. `at` is when; null when the call was not made. */
async function killedAfter(count: number, call: string, product: Partial<Product> = {}) {
  let [calls, at] = [0, Number.NaN];
  const stage = await troubledCell({
    ...{ hours: HOURS, product },
    afterCall: ({ time, journal }, made, life) => {
      if (made !== call || ++calls !== count) return;
      at = time.now();
      if (call.startsWith('dispatch '))
        journal.faults.push({ kind: 'cell', key: null, from: at, until: periodAfter(at) });
      life.kill();
    },
  });
  return { stage, at };
}

/** What is not as it has to be after an invocation that was killed at a moment. */
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

test('The troubled cell makes every kind of call', () => {
  expect([...CALLS.keys()].toSorted()).toMatchInlineSnapshot(`
    [
      "dispatch describe",
      "dispatch invokeRun",
      "dispatch invokeTriggers",
      "dispatch readAttention",
      "dispatch readHub",
      "dispatch readParameters",
      "dispatch readRegistry",
      "dispatch takeClaim",
      "dispatch tell",
      "dispatch writeCell",
      "dispatch writeDatabase",
      "intake invokeRun",
      "intake readRegistry",
      "intake takeClaim",
      "remediate connect",
      "remediate ownRole",
      "remediate post",
      "remediate readPolicy",
      "remediate readPooler",
      "remediate readRun",
      "remediate recall",
      "remediate server.close",
      "remediate server.countSlots",
      "remediate server.readSnapshot",
      "remediate server.terminate",
      "remediate server.tryLock",
      "remediate sleep",
      "report memory.read",
      "report memory.write",
      "report publish.people",
      "report readItems",
      "report report",
      "triggers putMetricFilter",
      "triggers putSubscription",
      "triggers readRegistry",
      "triggers removeMetricFilter",
      "triggers subscriptionsOf",
      "triggers writeCell",
    ]
  `);
});

test.each(MOMENTS)(
  'After an invocation that was killed after call %i of %s, the next period is whole',
  async (count, call) => {
    const { stage, at } = await killedAfter(count, call);
    expect(notWhole(stage, at)).toEqual([]);
  },
);

/** The dispatcher forgets its news when it writes them, not when they are told. */
const FORGETS_FIRST: Partial<Product> = {
  portsOfDispatch: (ports) => ({
    ...ports,
    writeCell: async (text) => {
      const isState = text.key === CELL_KEYS.state && text.text !== null;
      const forgotten = isState && JSON.stringify({ ...JSON.parse(text.text), untold: [] });
      await ports.writeCell(forgotten === false ? text : { ...text, text: forgotten });
    },
  }),
};

test('A state that is written before the act is noticed', async () => {
  const call = 'dispatch writeCell';
  const found = await Promise.all(
    MOMENTS.filter(([, each]) => each === call).map(async ([count]) => {
      const { stage, at } = await killedAfter(count, call, FORGETS_FIRST);
      return notWhole(stage, at);
    }),
  );
  expect(found.flat()).toContain('the policy that cannot be read is not told once');
});
