/**
 * True in CI, where everything runs. Elsewhere `npm test` leaves out what takes much CPU and seldom fails by itself: versions of
 * PostgreSQL between the oldest and the newest, servers of thousands of sessions, a storm of fifty functions, most of the drawn
 * incidents and of the records with damage, most loops that use up a report's CPU, other people's compilers and test runners, and
 * the longest lives of simulated cells.
 */
export const IS_THOROUGH = Boolean(process.env.CI);
