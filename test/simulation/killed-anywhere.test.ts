import { expect, test } from 'vitest';
import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import { IS_THOROUGH } from '../support/is-thorough.ts';
import { callMoments, violationsAfterKill } from './killed-cell.ts';
import type { Product } from './product.ts';

/**
 * CI kills after each call. Elsewhere an invocation is killed after the calls by which it differs from all before it, and after
 * each call of ports that are called this often or less.
 */
const FEW = 6;

const ALL = await callMoments();
const COUNTS = Map.groupBy(ALL, ({ call }) => call);
const MOMENTS = ALL.filter(
  ({ call, isNewWay }) => IS_THOROUGH || isNewWay || (COUNTS.get(call) ?? []).length <= FEW,
).toSorted((one, other) => one.call.localeCompare(other.call) || one.count - other.count);

test('The troubled cell makes every kind of call', () => {
  expect([...COUNTS.keys()].toSorted()).toMatchInlineSnapshot(`
    [
      "dispatch describe",
      "dispatch invokeRun",
      "dispatch invokeTriggers",
      "dispatch readAttention",
      "dispatch readHub",
      "dispatch readParameters",
      "dispatch readRegistry",
      "dispatch summarise",
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
  'After an invocation that was killed after call $count of $call, the next period is whole',
  async (moment) => {
    expect(await violationsAfterKill(moment)).toEqual([]);
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
  const found = await Promise.all(
    MOMENTS.filter(({ call }) => call === 'dispatch writeCell').map((moment) =>
      violationsAfterKill(moment, FORGETS_FIRST),
    ),
  );
  expect(found.flat()).toContain('the policy that cannot be read is not told once');
});
