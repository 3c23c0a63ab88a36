import { cleanName } from '../base/clean-text.ts';
import { counted } from '../base/words.ts';
import { roleOf } from '../server/rank-groups.ts';
import { roleLimitOf } from '../server/role-limit.ts';
import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts, KnownCulprit } from './advice-facts.ts';
import { maySetRole } from './bystanders.ts';
import { heldText, limitPaste, sharedText } from './cap-role.ts';
import { limitOnPrimary } from './on-primary.ts';

/** How many sessions an agent needs, and a limit of its role that leaves room for a second agent. */
const AGENT_POOL = 2;
const AGENT_LIMIT = 5;

/**
 * From this number on the agent's sessions come from its databases, not from a pool. A limit below that
 * number would break its checks.
 */
const MANY_DATABASES = 5;

/** An agent that opens more sessions than it needs, often because its own queries hang. */
export function monitoringPool({ culprits, snapshot, isReplica }: AdviceFacts): readonly Advice[] {
  const [culprit] = culprits;
  if (culprit === undefined) return [];
  const { name, usage, busy } = culprit;
  if (usage.databases.length >= MANY_DATABASES) return [fewerDatabases(culprit)];
  const pool = forOperator(
    `Give ${name} a pool of ${Math.max(AGENT_POOL, usage.databases.length)} sessions: it held ${usage.sessions}, ${busy} of them busy. If its checks queue up behind each other, limit them with a statement_timeout.`,
  );
  const limit = roleLimitOf(snapshot, roleOf(usage), ({ busy: now }) => Math.max(AGENT_LIMIT, now + 1));
  // The role of an agent that the built-in protections know stays as it is: a limit would break its checks.
  if (limit === null || !maySetRole(snapshot, limit.role, 'work')) return [pool];
  if (isReplica) return [limitOnPrimary(heldText(limit), `role ${cleanName(limit.role)}`), pool];
  const text = `Cap role ${cleanName(limit.role)} at ${limit.limit} sessions (it held ${limit.held}). Open sessions stay; new ones above the limit are refused.${sharedText(limit)}`;
  return [forOperator(text, limitPaste([limit])), pool];
}

function fewerDatabases({ name, usage }: KnownCulprit): Advice {
  const databases = usage.databases.length;
  return forOperator(
    `${name} held ${counted(usage.sessions, 'session')} in ${databases} databases. Limit which databases it discovers (include and exclude lists), and let it close idle connections. Do not cap its role below ${databases} sessions: that breaks its checks.`,
  );
}
