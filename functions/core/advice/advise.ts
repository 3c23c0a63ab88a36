import type { Cause, Diagnosis } from '../diagnosis/cause.ts';
import type { RunRecord } from '../run/record.ts';
import { groupText } from '../server/rank-groups.ts';
import type { Advice } from './advice.ts';
import { type AdviceFacts, adviceFactsOf } from './advice-facts.ts';
import { askOwners, secondLook } from './ask-owners.ts';
import { boundServerPrograms, isOfServers } from './bound-server-programs.ts';
import { capRole } from './cap-role.ts';
import { changeLogin } from './change-login.ts';
import { endTransactions, returnSessions } from './client-fix.ts';
import { crashWarning } from './crash-warning.ts';
import { freeNow } from './free-now.ts';
import { fullPooler } from './full-pooler.ts';
import { halfOpen, perhapsHalfOpen } from './half-open-clients.ts';
import { keepalives } from './keepalives.ts';
import { leftOpenTools } from './left-open-tools.ts';
import { lessWork } from './less-work.ts';
import { blockerTimeouts, fixBlocker } from './lock-holders.ts';
import { monitoringPool } from './monitoring-pool.ts';
import { poolLifetime } from './pool-lifetime.ts';
import { poolSize } from './pool-size.ts';
import { poolerConfiguration, smallerPooler } from './pooler-configuration.ts';
import { raiseLimit } from './raise-limit.ts';
import { raiseMaxConnections } from './raise-max-connections.ts';
import { replicationSlots } from './replication-slots.ts';
import { retry, retryWhereSeen } from './retry.ts';
import { idleSessions, longStatements, openTransactions } from './session-timeouts.ts';
import { useAPool } from './use-pool.ts';
import { watchUsable } from './watch-usable.ts';

type Adviser = (facts: AdviceFacts) => readonly Advice[];

/** People do not read more at night. */
const MOST = 6;
/** At least so many are for the main cause. */
const LEAST_ON_MAIN = 3;
/** How many of these may be about the other causes of an incident. */
const MOST_BESIDES = 2;

/** Other causes matter when slots are short: the server's, or those of a limit. */
const LIMITS: ReadonlySet<Cause> = new Set(['role-limit', 'database-limit']);

/**
 * For each cause the advice that prevents the next page comes first. Advice for the developers of the client
 * comes later.
 */
const ADVISERS: Readonly<Record<Cause, readonly Adviser[]>> = {
  'connection-leak': [capRole, idleSessions, returnSessions, poolLifetime, watchUsable],
  'oversized-idle-pools': [capRole, poolSize, poolLifetime, poolerConfiguration, watchUsable],
  'session-per-request': [useAPool, poolerConfiguration, retryWhereSeen, watchUsable],
  'traffic-spike': [poolerConfiguration, retryWhereSeen, lessWork, watchUsable],
  'slow-queries': [longStatements, lessWork, watchUsable],
  'idle-in-transaction': [openTransactions, endTransactions],
  'clients-owe-input': [keepalives],
  'lock-pile-up': [blockerTimeouts, fixBlocker],
  'reconnect-storm': [capRole, retry, useAPool, poolerConfiguration],
  'role-limit': [raiseLimit, retryWhereSeen],
  'database-limit': [raiseLimit, retryWhereSeen],
  'replication-limit': [replicationSlots],
  'pooler-oversized': [smallerPooler, watchUsable],
  'developer-tools': [leftOpenTools],
  'monitoring-hog': [monitoringPool],
  'dead-clients': [keepalives],
  'half-open-clients': [halfOpen],
  'limit-too-low': [raiseMaxConnections, poolerConfiguration, retryWhereSeen, watchUsable],
  unclear: [askOwners, perhapsHalfOpen, secondLook],
};

/** What belongs to the first minutes: it stops the cause, or shows how to. The rest can wait for the day. */
const URGENT: ReadonlySet<Adviser> = new Set([
  ...[capRole, fullPooler, halfOpen, raiseLimit, replicationSlots, leftOpenTools, secondLook],
]);

/**
 * What to do about an incident, computed from its own numbers and names. The most urgent advice comes first.
 * We execute none of it.
 */
export function adviseOn(record: RunRecord, diagnosis: Diagnosis): readonly Advice[] {
  const { snapshot } = record;
  if (snapshot === null) return [];
  const facts = adviceFactsOf(record, snapshot, diagnosis);
  const isFull = facts.slots.under || LIMITS.has(diagnosis.cause);
  const others = [...new Set(isFull ? diagnosis.culprits.map(({ cause }) => cause) : [])].filter(
    (cause) => cause !== diagnosis.cause && cause !== 'unclear',
  );
  const besides = distinct(others.flatMap((cause) => advised(facts, cause)))
    .map((advice) => (LIMITS.has(diagnosis.cause) ? advice : withoutPaste(advice)))
    .slice(0, MOST_BESIDES);
  const dead = diagnosis.culprits.filter(({ cause }) => cause === 'dead-clients');
  const lost = crashWarning(record, new Set(dead.map(({ usage }) => groupText(usage.group))));
  const pooler = fullPooler(facts);
  const now = freeNow(facts);
  const room = MOST - now.length - lost.length;
  const first = distinct([...pooler, ...advised(facts, diagnosis.cause)]);
  return distinct([
    ...now,
    ...lost,
    ...first.slice(0, Math.max(LEAST_ON_MAIN, room - besides.length)),
    ...besides,
  ]).slice(0, MOST);
}

/** On one cause, with the programs that are behind it. */
function advised(facts: AdviceFacts, cause: Cause): readonly Advice[] {
  const behind = facts.culprits.filter((culprit) => culprit.cause === cause);
  // Programs that have reached a limit have causes of their own.
  const culprits = behind.length === 0 && LIMITS.has(cause) ? facts.culprits : behind;
  const ofServers = culprits.filter(isOfServers);
  const ofClients = culprits.filter((culprit) => !isOfServers(culprit));
  const advisers = ofServers.length > 0 && ofClients.length === 0 ? [watchUsable] : ADVISERS[cause];
  const forClients = { ...facts, culprits: ofClients };
  return [
    ...boundServerPrograms(ofServers),
    ...changeLogin(forClients),
    ...advisers.flatMap((adviser) => urgently(adviser, adviser(forClients))),
  ];
}

function urgently(adviser: Adviser, advice: readonly Advice[]): readonly Advice[] {
  return URGENT.has(adviser) ? advice.map((each) => ({ ...each, isUrgent: true as const })) : advice;
}

/** Statements are printed for the main cause only, so that a paste reaches no other program. */
function withoutPaste({ to, text }: Advice): Advice {
  return { to, text: text.replace(/:$/, '.') };
}

/** Two causes may have the same advice. */
function distinct(all: readonly Advice[]): readonly Advice[] {
  return [...new Map(all.map((advice) => [advice.text, advice])).values()];
}
