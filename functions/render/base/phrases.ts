import { cleanName } from '../../core/base/clean-text.ts';
import { ageText, counted } from '../../core/base/words.ts';
import type { Threshold } from '../../core/policy/policy.ts';
import { groupName, LOGGING_IN } from '../../core/server/group-name.ts';
import type { GroupUsage } from '../../core/server/rank-groups.ts';
import type { Group } from '../../core/server/session.ts';
import type { Pressure, Scope } from '../../core/server/slots.ts';

export {
  aboutText,
  ageText,
  capital,
  counted,
  listText,
  rateText,
  sentences,
} from '../../core/base/words.ts';

/** `1h` or `1h to 2h 10m`. */
export function ageRange(ages: readonly number[]): string {
  if (ages.length === 0) return 'unknown age';
  const [least, most] = [ageText(Math.min(...ages)), ageText(Math.max(...ages))];
  return least === most ? least : `${least} to ${most}`;
}

/** Seconds with one digit, for the steps of a run. */
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

export function ownerOf({ user, database }: Group, max?: number): string {
  if (user === '' && database === '') return LOGGING_IN;
  return `${cleanName(user, max)}@${cleanName(database, max)}`;
}

export function scopeText(scope: Scope): string {
  return scope.kind === 'server' ? 'server' : `${scope.kind} ${cleanName(scope.name)}`;
}

type Used = Pick<Pressure, 'scope' | 'used' | 'usable'>;

/**
 * `49 of 57 slots`, `all 24 slots and 1 of the reserve`: ordinary clients and superusers may hold slots of the reserve. For
 * a limit with its scope: `all 5 slots of role batch`, unless the text has named it before.
 */
export function slotsHeld(
  { scope, used, usable }: Used,
  { isNamed = false, max }: { readonly isNamed?: boolean; readonly max?: number } = {},
): string {
  const isServer = scope.kind === 'server';
  const of = isServer || isNamed ? '' : ` of ${scope.kind} ${cleanName(scope.name, max)}`;
  const slots = counted(Math.max(0, usable), 'slot');
  if (used < usable) return `${used} of ${slots}${of}`;
  const reserve = used > usable ? ` and ${used - usable} ${isServer ? 'of the reserve' : 'more'}` : '';
  return `${usable === 1 ? 'the only slot' : `all ${slots}`}${of}${reserve}`;
}

/** `31 of 57 slots used`. */
export function usedText(used: Used, max?: number): string {
  return `${slotsHeld(used, max === undefined ? {} : { max })} used`;
}

/** What a link to the bucket shows: the page of a run, or the record when there is no page. */
export function linkText(url: string): string {
  return url.endsWith('.html') ? 'Its page' : 'Its record';
}

/** The end of a list of scopes that does not show all of them. */
export function moreLimitsText(more: number): readonly string[] {
  return more === 0 ? [] : [`And ${counted(more, 'more limit')}.`];
}

/** `of role app`, `in database billing`, `from 10.0.0.7` */
export function placeText({ kind, part }: NonNullable<GroupUsage['mostly']>): string {
  const name = cleanName(part.name);
  if (kind === 'role') return `of role ${name}`;
  return kind === 'database' ? `in database ${name}` : `from ${name}`;
}

/** `, 60 of them in database billing`, after a number of sessions. Empty when no role, database or address has more than half. */
export function mostOfThem({ mostly }: GroupUsage): string {
  return mostly === null ? '' : `, ${mostly.part.sessions} of them ${placeText(mostly)}`;
}

/** `app, 60 of 115 in database billing.` Empty when no role, database or address has more than half. */
export function mostlyText({ group, sessions, mostly }: GroupUsage): string {
  if (mostly === null) return '';
  return `${groupName(group)}, ${mostly.part.sessions} of ${sessions} ${placeText(mostly)}.`;
}

export { groupName } from '../../core/server/group-name.ts';
