import { acceptDatabase, leakFor, proveCell, restoreAs, swap } from './happenings.ts';
import type { Product } from './product.ts';
import { beginSchedule } from './schedule.ts';
import { HOUR, simulatedCell } from './simulated-cell.ts';
import type { Stage } from './stage.ts';
import { calmWeather, type Weather } from './weather.ts';

export const SWAP_START = Date.parse('2026-11-29T00:00:00.000Z');

export type SwapGiven = {
  readonly restoredAt: number;
  readonly swappedAt: number;
  readonly until: number;
  readonly isAway?: Weather['isAway'];
  readonly product?: Partial<Product>;
};

/** A database, and another one. The green copy of the first, full from the start, takes its name. */
export async function swappedCell(given: SwapGiven): Promise<Stage> {
  const { restoredAt, swappedAt, until, isAway, product } = given;
  const weather = { ...calmWeather(1), ...(isAway && { isAway }) };
  const stage = simulatedCell({ seed: 1, start: SWAP_START, weather, ...(product && { product }) });
  const { time, estate } = stage;
  const state = {
    name: 'orders',
    tag: 'enforce',
    policy: null,
    status: 'available',
    exportsLog: true,
    capacity: null,
  };
  const blue = estate.create('db-BLUE', { at: SWAP_START, exists: true, ...state }, 60);
  const other = estate.create('db-OTHER', { at: SWAP_START, exists: true, ...state, name: 'other' }, 60);
  for (const each of [blue, other]) time.at(SWAP_START + HOUR, () => acceptDatabase(stage, each.key));
  time.at(restoredAt, () => {
    leakFor(stage, restoreAs(stage, blue, 'db-GREEN', 'orders-green1'), 5_000, 20 * HOUR);
    leakFor(stage, other, 5_000, 20 * HOUR);
  });
  time.at(swappedAt, () => {
    const green = estate.databases.get(blue.key.replace('BLUE', 'GREEN'));
    if (green !== undefined) swap(stage, blue, green);
  });
  proveCell(stage, 'ids');
  beginSchedule(stage, until);
  await time.runUntil(until);
  return stage;
}
