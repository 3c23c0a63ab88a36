import {
  gaps,
  noLateLogins,
  noStoriesOfSingles,
  nothingGoesAstray,
  nothingUntold,
  oneRunAMinute,
  oneStoryPerOutage,
  oneSweepAPeriod,
  othersFiltersStay,
  refusalsAreHeard,
  registryIsTrue,
} from './invariants.ts';
import { lawfulEndings } from './invariants-of-endings.ts';
import { corruptEndsNothing, corruptIsToldOnce, eachWeekIsSummed } from './invariants-of-hub.ts';
import { sleepersSleep } from './invariants-of-sleepers.ts';
import type { Fault } from './journal.ts';
import type { Product } from './product.ts';
import { type Drawn, drawDatabases, planProofs, planTroubles, type Scenario } from './scenario.ts';
import { beginSchedule } from './schedule.ts';
import { HOUR, MINUTE, SECOND, simulatedCell } from './simulated-cell.ts';
import { fullHub } from './simulated-hub.ts';
import type { Stage } from './stage.ts';
import { stormyWeather } from './stormy-weather.ts';
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
  /** Whether everything goes wrong now and then. */
  readonly isStormy?: boolean;
  readonly product?: Partial<Product>;
  /** What is not as this seed has it. */
  readonly weather?: Partial<Weather>;
  /** What the weather breaks, and how long. */
  readonly faults?: readonly Fault[];
  readonly hub?: Map<string, string>;
  /** Whether the life ends in the hour in which something is broken. */
  readonly endsEarly?: boolean;
  /** What happens besides. */
  readonly also?: (stage: Stage) => void;
};

export const START = Date.parse('2026-11-29T00:00:00.000Z');
/** How often the registry is compared with AWS. */
const LOOK_MS = 7 * MINUTE + 13 * SECOND;

/** Lets a cell live for some hours. */
export async function simulateCell(given: SimulationGiven): Promise<Simulated> {
  const { seed, hours, isTroubled = true, isStormy = false, endsEarly = false, product = {} } = given;
  const { hub = isStormy ? fullHub() : null } = given;
  const { faults, ...drawnWeather } = isStormy
    ? stormyWeather(seed, START, hours)
    : { ...calmWeather(seed), faults: [] };
  const weather = { ...drawnWeather, ...given.weather };
  const stage = simulatedCell({ seed, start: START, weather, product, hub });
  const { time, journal } = stage;
  journal.faults.push(...faults, ...(given.faults ?? []));
  const { random } = Math;
  // The product waits for random times where two runs meet.
  Math.random = () => 0.5;
  try {
    const drawn = drawDatabases(stage, given);
    planProofs(stage, given);
    if (isTroubled) planTroubles(stage, drawn, given);
    const until = START + hours * HOUR;
    beginSchedule(stage, until);
    given.also?.(stage);
    const look = () => {
      journal.violations.push(...registryIsTrue(stage));
      time.at(time.now() + LOOK_MS, look);
    };
    time.at(START + LOOK_MS, look);
    for (let at = endsEarly ? START + HOUR : until; ; at += HOUR) {
      await time.runUntil(at);
      const violations = violationsOf(stage, drawn);
      if (at >= until || violations.length > 0) return { stage, drawn, violations };
    }
  } finally {
    Math.random = random;
  }
}

/** What a cell broke of what has to hold. */
export function violationsOf(stage: Stage, { good }: Pick<Drawn, 'good'>): readonly string[] {
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
    ...sleepersSleep(stage),
    ...nothingGoesAstray(stage),
    ...corruptEndsNothing(stage),
    ...corruptIsToldOnce(stage),
    ...eachWeekIsSummed(stage),
  ];
}
