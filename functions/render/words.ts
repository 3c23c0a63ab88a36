import { cleanName } from '../core/clean-text.ts';
import type { Threshold } from '../core/policy.ts';
import type { Group } from '../core/session.ts';
import type { Pressure, Scope } from '../core/slots.ts';

/** `1 session`, `2 sessions`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** An age in its two largest units: `2h 10m`, `41m`, `0s`. Rounded down, as ages are. */
export function ageText(ms: number): string {
  const at = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, size] = UNITS[at] ?? ['s', 1_000];
  const next = UNITS[at + 1];
  const whole = `${Math.floor(ms / size)}${unit}`;
  if (at < 0 || next === undefined) return whole;
  const rest = Math.floor((ms % size) / next[1]);
  return rest === 0 ? whole : `${whole} ${rest}${next[0]}`;
}

/** `1h` or `1h to 2h 10m`. */
export function ageRange(ages: readonly number[]): string {
  if (ages.length === 0) return 'unknown age';
  const [least, most] = [ageText(Math.min(...ages)), ageText(Math.max(...ages))];
  return least === most ? least : `${least} to ${most}`;
}

/** Seconds with one digit, for steps of a run. */
export function secondsText(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** `2026-11-21 03:15:42 UTC`. */
export function timeText(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return cleanName(iso);
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function thresholdText({ unit, value }: Threshold): string {
  return unit === 'usedPercent' ? `${value} % used` : `${counted(value, 'free slot')}`;
}

/** A group in a sentence: its application, or the role of those that set none. */
export function groupName({ application, user }: Group, max?: number): string {
  return application === '' ? `role ${cleanName(user, max)}` : cleanName(application, max);
}

export function ownerOf({ user, database }: Group): string {
  return `${cleanName(user)}@${cleanName(database)}`;
}

export function scopeText(scope: Scope): string {
  return scope.kind === 'server' ? 'server' : `${scope.kind} ${cleanName(scope.name)}`;
}

/** `31 of 57 slots used`, for a limit with its scope: `5 of 5 slots of role batch used`. */
export function usedText({ scope, used, usable }: Pressure, max?: number): string {
  const whose = scope.kind === 'server' ? '' : ` of ${scope.kind} ${cleanName(scope.name, max)}`;
  return `${used} of ${usable} slots${whose} used`;
}

/** `a`, `a and b`, `a, b and 4 more`. */
export function listText(names: readonly string[], most = 3): string {
  const shown = names.length > most ? [...names.slice(0, most), `${names.length - most} more`] : names;
  const last = shown.at(-1) ?? '';
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${last}` : last;
}
