const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A shorter idle time may be the pause between two statements of one request. */
export const MIN_AGE_MS = 10_000;

/** The age of a policy's text, such as `10m`, in milliseconds. */
export function ageMs(text: string): number {
  const unit = text.slice(-1) as keyof typeof UNIT_MS;
  return Number(text.slice(0, -1)) * UNIT_MS[unit];
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** The age in the largest unit of which it is a whole number: 90 minutes are `90m`. */
export function writtenAge(ms: number): string {
  const whole = UNITS.find(([, size]) => ms % size === 0);
  return whole ? `${ms / whole[1]}${whole[0]}` : `${ms / 1_000}s`;
}
