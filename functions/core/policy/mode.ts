/** `off` does nothing. `observe` does everything except terminating. `enforce` terminates. */
export const MODES = ['off', 'observe', 'enforce'] as const;
export type Mode = (typeof MODES)[number];
