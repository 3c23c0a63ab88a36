/** The longest that one run of a database may take. */
const LONGEST_RUN_MS = 60_000;
/** For runs that a refusal starts beside the sweeps. */
const BESIDE = 2;

/** How many runs a function has to be able to make at once, so that all of its databases are swept in each period. */
export function neededConcurrency(databases: number, periodMs: number): number {
  return databases === 0 ? 0 : Math.ceil((databases * LONGEST_RUN_MS) / periodMs) + BESIDE;
}
