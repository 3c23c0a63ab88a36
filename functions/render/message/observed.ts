/** The first words of messages about observing runs. */
export const OBSERVED = 'OBSERVED ONLY';
