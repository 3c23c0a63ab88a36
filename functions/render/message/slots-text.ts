import { cleanName } from '../../core/base/clean-text.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { Pressure } from '../../core/server/slots.ts';
import { thresholdText } from '../base/phrases.ts';

type Used = Pick<Pressure, 'scope' | 'used' | 'usable'>;

/** From this share on a server is almost full, in percent. */
const ALMOST_FULL = 90;

/** `full`, `almost full` or `under pressure`, for a scope whose sessions are more than the policy allows. */
export function fullness({ used, usable }: Used): 'full' | 'almost full' | 'under pressure' {
  if (used >= usable) return 'full';
  return used * 100 >= usable * ALMOST_FULL ? 'almost full' : 'under pressure';
}

/** `49 of 57 slots`, `all 24 slots and 1 of the reserve`, `all 5 slots of role batch`. */
export function slotsHeld({ scope, used, usable }: Used): string {
  const of = scope.kind === 'server' ? '' : ` of ${scope.kind} ${cleanName(scope.name)}`;
  if (used < usable) return `${used} of ${usable} slots${of}`;
  const reserve = used > usable ? ` and ${used - usable} ${of === '' ? 'of the reserve' : 'more'}` : '';
  return `all ${usable} slots${of}${reserve}`;
}

/** `below 95 %`, `at least 5 free`: when the policy finds enough slots free. */
export function enoughText({ relieve: { when } }: Policy): string {
  return when.unit === 'usedPercent'
    ? `below ${thresholdText(when).replace(/ used$/, '')}`
    : `at least ${when.value} free`;
}
