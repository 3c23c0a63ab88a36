import type { HeldBack } from '../../core/plan/held-back.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { counted, listText } from '../base/phrases.ts';

/** People do not read more at night. */
const MOST = 2;

/** `Without limits.keepPerGroup (1) 19 more sessions would end, and no slot would be missing.` */
export function heldBackTexts(all: readonly HeldBack[], policy: Policy): readonly string[] {
  return all.slice(0, MOST).map(({ keys, more, missing }) => {
    const named = keys.map((key) => `${key}${settingText(key, policy)}`);
    const left = missing === 0 ? 'no slot would be missing' : `${counted(missing, 'slot')} would be missing`;
    return `Without ${listText(named, keys.length)} ${counted(more, 'more session', 'more sessions')} would end, and ${left}.`;
  });
}

/** The value of a number, or whom a protection keeps. Lists are in the policy. */
function settingText(key: string, { limits }: Policy): string {
  switch (key) {
    case 'limits.keepPerGroup':
      return ` (${limits.keepPerGroup})`;
    case 'limits.maxVictims':
      return ` (${limits.maxVictims})`;
    case 'limits.maxPercent':
      return ` (${limits.maxPercent} %)`;
    case 'protect.listeners':
      return ' (clients that wait for notifications)';
    case 'protect.advisoryLocks':
      return ' (holders of advisory locks)';
    case 'protect.builtinApplications':
      return ' (backups, migrations and agents)';
    default:
      return '';
  }
}
