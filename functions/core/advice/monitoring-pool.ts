import { type Advice, forOperator } from '../advice.ts';
import { cleanName } from '../clean-text.ts';
import { roleLimitOf } from '../role-limit.ts';
import { counted } from '../words.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { heldHere, limitPaste, sharedBy } from './cap-role.ts';
import { limitOnPrimary } from './on-primary.ts';

/** What an agent needs, and what its role may have so that a second one still gets in. */
const AGENT_POOL = 2;
const AGENT_LIMIT = 5;

/** An agent that opens more than it needs, often because its own queries hang. */
export function monitoringPool({ suspects, snapshot, isReplica }: AdviceFacts): readonly Advice[] {
  const [suspect] = suspects;
  if (suspect === undefined) return [];
  const { name, standing, busy } = suspect;
  const pool = forOperator(
    `Give ${name} a pool of ${AGENT_POOL}: it held ${counted(standing.sessions, 'session')}, ${busy} of them busy. Where checks pile up behind each other, bound them with a statement_timeout.`,
  );
  const limit = roleLimitOf(snapshot, standing.group.user, ({ busy: now }) => Math.max(AGENT_LIMIT, now + 1));
  if (limit === null || limit.limit >= limit.held) return [pool];
  if (isReplica) return [limitOnPrimary(heldHere(limit), `role ${cleanName(limit.role)}`), pool];
  const text = `Cap role ${cleanName(limit.role)} at ${limit.limit} (it held ${limit.held}): open sessions stay, new ones over the limit are refused.${sharedBy(limit)}`;
  return [forOperator(text, limitPaste(limit)), pool];
}
