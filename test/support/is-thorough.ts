/**
 * True in CI, where everything runs. Elsewhere `npm test` leaves out what takes minutes and seldom fails by itself: versions of
 * PostgreSQL between the oldest and the newest, most of the records with damage, and the longest lives of simulated cells.
 */
export const IS_THOROUGH = Boolean(process.env.CI);
