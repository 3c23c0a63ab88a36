/** `1 session`, `2 sessions`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `all 41`, `20 of 41`. */
export function partText(part: number, all: number): string {
  return part === all ? `all ${all}` : `${part} of ${all}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** An age in its two largest units, rounded down: `2h 10m`, `41m`, `0s`. */
export function ageText(ms: number): string {
  const at = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, size] = UNITS[at] ?? ['s', 1_000];
  const next = UNITS[at + 1];
  const whole = `${Math.floor(ms / size)}${unit}`;
  if (at < 0 || next === undefined) return whole;
  const rest = Math.floor((ms % size) / next[1]);
  return rest === 0 ? whole : `${whole} ${rest}${next[0]}`;
}

const ABOUT = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** A forecast in the largest unit of which it has at least two: `about 26 minutes`, `about 3 hours`. */
export function aboutText(ms: number): string {
  const [unit, size] = ABOUT.find(([, each]) => ms >= 2 * each) ?? ['second', 1_000];
  return `about ${counted(Math.max(1, Math.round(ms / size)), unit)}`;
}

/** With a capital letter at its beginning. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Each part as a sentence. No part begins with a name. */
export function sentences(parts: readonly string[]): string {
  return parts.map((part) => `${capital(part)}.`).join(' ');
}

/** A rate per hour, or per second from one a second on: `18 an hour`, `3.5 a second`. */
export function rateText(perHour: number): string {
  const [rate, unit] = perHour >= 3_600 ? [perHour / 3_600, 'a second'] : [perHour, 'an hour'];
  return `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} ${unit}`;
}

/** `a`, `a and b`, `a, b and 4 more`. */
export function listText(names: readonly string[], most = 3): string {
  const shown = names.length > most ? [...names.slice(0, most), `${names.length - most} more`] : names;
  const last = shown.at(-1) ?? '';
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${last}` : last;
}
