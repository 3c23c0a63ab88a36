import {
  gaps,
  lawfulEndings,
  noLateLogins,
  noStoriesOfSingles,
  nothingUntold,
  oneRunAMinute,
  oneStoryPerOutage,
  oneSweepAPeriod,
  othersFiltersStay,
  refusalsAreHeard,
  registryIsTrue,
} from './invariants.ts';
import type { Product } from './product.ts';
import { type Drawn, drawDatabases, planTroubles, type Scenario } from './scenario.ts';
import { beginSchedule } from './schedule.ts';
import { HOUR, MINUTE, SECOND, simulatedCell } from './simulated-cell.ts';
import type { Stage } from './stage.ts';
import { stormyWeather } from './stormy-weather.ts';
import { calmWeather } from './weather.ts';

/** A cell that was simulated, and what it broke of what has to hold. */
export type Simulated = {
  readonly stage: Stage;
  readonly drawn: Drawn;
  readonly violations: readonly string[];
};

export type SimulationGiven = Scenario & {
  /** Whether the bad databases are bad. */
  readonly isTroubled?: boolean;
  /** Whether everything goes wrong now and then. */
  readonly isStormy?: boolean;
  readonly product?: Partial<Product>;
};

const START = Date.parse('2026-11-29T00:00:00.000Z');
/** How often the registry is compared with AWS. */
const LOOK_MS = 7 * MINUTE + 13 * SECOND;

/** Lets a cell live for some hours. */
export async function simulateCell(given: SimulationGiven): Promise<Simulated> {
  const { seed, hours, isTroubled = true, isStormy = false, product = {} } = given;
  const { faults, ...weather } = isStormy
    ? stormyWeather(seed, START, hours)
    : { ...calmWeather(seed), faults: [] };
  const stage = simulatedCell({ seed, start: START, weather, product });
  const { time, journal } = stage;
  journal.faults.push(...faults);
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
    return { stage, drawn, violations: violationsOf(stage, drawn) };
  } finally {
    Math.random = random;
  }
}

function violationsOf(stage: Stage, { good }: Drawn): readonly string[] {
  const { journal } = stage;
  return [
    ...journal.violations,
    ...gaps(stage, good),
    ...lawfulEndings(stage),
    ...noLateLogins(stage),
    ...oneRunAMinute(stage),
    ...oneSweepAPeriod(stage),
    ...refusalsAreHeard(stage),
    ...oneStoryPerOutage(stage),
    ...noStoriesOfSingles(stage, good),
    ...nothingUntold(stage),
    ...othersFiltersStay(stage),
  ];
}
