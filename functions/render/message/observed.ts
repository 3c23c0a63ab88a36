/** The first word of what an observing run has to say. */
export const OBSERVED = 'OBSERVED ONLY';
