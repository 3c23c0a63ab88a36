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

/** `below 95 %`, `at least 5 free`: when the policy finds enough slots free. */
export function enoughText({ relieve: { when } }: Policy): string {
  return when.unit === 'usedPercent'
    ? `below ${thresholdText(when).replace(/ used$/, '')}`
    : `at least ${when.value} free`;
}
