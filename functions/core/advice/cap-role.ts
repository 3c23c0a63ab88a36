import { cleanName } from '../base/clean-text.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import { counted } from '../base/words.ts';
import { roleOf } from '../server/rank-groups.ts';
import { type RoleLimit, roleLimitFor } from '../server/role-limit.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { limitOnPrimary } from './on-primary.ts';

/** A limit for the first role that it would have helped. It takes effect at once, for new sessions. */
export function capRole({ snapshot, culprits, ranking, slots, isReplica }: AdviceFacts): readonly Advice[] {
  const suspected = culprits.map(({ usage }) => roleOf(usage));
  const roles = suspected.length > 0 ? suspected : [ranking.leading ? roleOf(ranking.leading) : null];
  const limit = roles.map((role) => roleLimitFor(snapshot, role, slots.need)).find((each) => each !== null);
  if (limit === undefined) return [];
  if (isReplica) return [limitOnPrimary(heldText(limit), `role ${cleanName(limit.role)}`)];
  const text = `To keep role ${cleanName(limit.role)} from filling the server again, cap it at ${limit.limit} sessions (it held ${limit.held}). Open sessions stay; new ones above the limit are refused.`;
  return [forOperator(`${text}${sharedText(limit)}`, limitPaste(limit))];
}

export function heldText({ role, held }: RoleLimit): string {
  return `Role ${cleanName(role)} held ${counted(held, 'session')} here.`;
}

/** A role's limit counts all of its applications together. */
export function sharedText({ groups }: RoleLimit): string {
  return groups > 1 ? ` All ${groups} programs of the role share it.` : '';
}

export function limitPaste({ role, limit, before }: RoleLimit): Advice['paste'] {
  const statement = (count: number) => `ALTER ROLE ${quoteIdentifier(role)} CONNECTION LIMIT ${count};`;
  return sqlPaste([statement(limit)], [statement(before ?? -1)]);
}
