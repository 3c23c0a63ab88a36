import type { RunHead } from '../../core/run/run-head.ts';
import { counted, groupName } from '../base/phrases.ts';

export type KeptBefore = NonNullable<RunHead['keptBefore']>;

export function keptBeforeTexts({ count, chosen, groups }: KeptBefore): readonly string[] {
  const named = groups.map((each) => `${each.count} of ${groupName(each.group)}`).join(', ');
  const rest = count - groups.reduce((sum, each) => sum + each.count, 0);
  const others = rest > 0 ? `, ${rest} of others` : '';
  return [
    `limits.keepPerGroup counts by program. In earlier versions it counted by application name, role and database. It would then have kept ${count} of the ${counted(chosen, 'session')} that this run chose: ${named}${others}.`,
    'If a program must keep more sessions, raise limits.keepPerGroup or name the program in protect.applications (docs/operate/upgrade.md). This notice comes once.',
  ];
}
