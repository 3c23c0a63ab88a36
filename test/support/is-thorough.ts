/**
 * True in CI, where everything runs. Elsewhere `npm test` leaves out what takes much CPU and seldom fails by itself:
 *
 * - versions of PostgreSQL between the oldest and the newest, and 14 for functions that are frozen
 * - servers of thousands of sessions, and a storm of fifty functions
 * - most of the drawn incidents, and most of the records with damage
 * - most loops that use up a report's CPU
 * - other people's compilers and test runners
 * - the demo on a terminal
 * - in simulated cells, the longest lives, some seeds, and most of the moments of a kill
 */
export const IS_THOROUGH = Boolean(process.env.CI);
