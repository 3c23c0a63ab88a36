import { expect, test } from 'vitest';
import type { Product } from './product.ts';
import { START, simulateCell } from './simulate-cell.ts';
import { MINUTE } from './simulated-cell.ts';
import type { Weather } from './weather.ts';

/** The network is dark, so that each run waits for its server until its time is up, and all run at once. */
const DARK = { from: START + 12 * MINUTE, until: START + 22 * MINUTE } as const;

type Throttled = {
  readonly limit: number;
  readonly size: number;
  readonly hours: number;
  readonly weather?: Partial<Weather>;
  readonly product?: Partial<Product>;
};

/** No database exports its log, so that all are swept in each period. */
const throttled = ({ limit, size, hours, weather = {}, product = {} }: Throttled) =>
  simulateCell({
    ...{ seed: 1, size, hours, logShare: 0, isTroubled: false, product },
    weather: {
      concurrency: () => limit,
      isAway: (what, at) => what === 'network' && at >= DARK.from && at < DARK.until,
      ...weather,
    },
    faults: [
      { kind: 'network', key: null, ...DARK },
      { kind: 'cell', key: null, ...DARK },
    ],
  });

test.each([
  [10, 17, 0.75],
  [100, 140, 0.75],
  [1_000, 2_200, 0.6],
])(
  'Throttled at %d invocations at once, a cell of %d databases keeps all that has to hold',
  async (limit, size, hours) => {
    const { violations, stage } = await throttled({ limit, size, hours });
    expect(stage.lambda.throttled()).toBeGreaterThan(0);
    expect(stage.lambda.peak()).toBe(limit);
    expect(violations).toEqual([]);
    const reached = new Set(
      stage.journal.logins.filter(({ isIn, at }) => isIn && at > DARK.until).map(({ key }) => key),
    );
    const running = [...stage.tables.registry.values()].filter(({ item }) =>
      item?.includes('"standing":"runs"'),
    );
    expect(reached.size).toBe(running.length);
  },
);

test('A throttled event that is dropped for good is noticed', async () => {
  const { violations, stage } = await throttled({
    ...{ limit: 10, size: 17, hours: 0.75 },
    weather: { dropsThrottled: true },
  });
  expect(stage.lambda.throttled()).toBeGreaterThan(0);
  expect(violations).toContainEqual(
    expect.stringMatching(/^the run of \S+ that was asked for at \S+ went astray$/),
  );
});
