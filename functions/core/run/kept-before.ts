import { groupKey, type Session } from '../server/session.ts';
import { clientSessions } from '../server/slots.ts';
import type { RunRecord } from './record.ts';

/**
 * Victims that `keepPerGroup` would have kept under its old meaning, when it held for each application name,
 * role and database instead of each program. Of each such group these are the ones that would end last.
 */
export function keptByOldRule({
  snapshot,
  plan,
  policy,
}: Pick<RunRecord, 'snapshot' | 'plan' | 'policy'>): readonly Session[] {
  if (snapshot === null || plan === null || plan.victims.length === 0) return [];
  const stays = new Map<string, number>();
  for (const session of clientSessions(snapshot)) {
    const key = groupKey(session);
    stays.set(key, (stays.get(key) ?? 0) + 1);
  }
  return plan.victims.flatMap(({ session }) => {
    const key = groupKey(session);
    const left = (stays.get(key) ?? 0) - 1;
    stays.set(key, left);
    return left < policy.limits.keepPerGroup ? [session] : [];
  });
}
