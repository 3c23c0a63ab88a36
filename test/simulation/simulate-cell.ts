import { gaps, lawfulEndings, registryIsTrue } from './invariants.ts';
import type { Product } from './product.ts';
import { type Drawn, drawDatabases, planTroubles, type Scenario } from './scenario.ts';
import { beginSchedule } from './schedule.ts';
import { HOUR, MINUTE, PERIOD_MS, SECOND, simulatedCell } from './simulated-cell.ts';
import type { Stage } from './stage.ts';
import { calmWeather, type Weather } from './weather.ts';

/** A cell that was simulated, and what it broke of what has to hold. */
export type Simulated = {
  readonly stage: Stage;
  readonly drawn: Drawn;
  readonly violations: readonly string[];
};

export type SimulationGiven = Scenario & {
  /** Whether the bad databases are bad. */
  readonly isTroubled?: boolean;
  readonly weather?: (seed: number) => Weather;
  readonly product?: Partial<Product>;
};

const START = Date.parse('2026-11-29T00:00:00.000Z');
/** How often the registry is compared with AWS. */
const LOOK_MS = 7 * MINUTE + 13 * SECOND;

/** Lets a cell live for some hours. */
export async function simulateCell(given: SimulationGiven): Promise<Simulated> {
  const { seed, hours, isTroubled = true, weather = calmWeather, product = {} } = given;
  const stage = simulatedCell({ seed, start: START, weather: weather(seed), product });
  const { time, journal } = stage;
  const { random } = Math;
  // The product waits for random times where two runs meet.
  Math.random = () => 0.5;
  try {
    const drawn = drawDatabases(stage, given);
    if (isTroubled) planTroubles(stage, drawn, given);
    const until = START + hours * HOUR;
    beginSchedule(stage, until);
    const look = () => {
      journal.violations.push(...registryIsTrue(stage));
      time.at(time.now() + LOOK_MS, look);
    };
    time.at(START + LOOK_MS, look);
    await time.runUntil(until);
    const violations = [
      ...journal.violations,
      ...gaps(stage, drawn.good, PERIOD_MS),
      ...lawfulEndings(stage),
    ];
    return { stage, drawn, violations };
  } finally {
    Math.random = random;
  }
}
