import { counted } from '../base/words.ts';
import { allowedUse } from '../plan/pressure.ts';
import { isNamedAs, isTool } from '../server/client-technology.ts';
import { groupKey, groupOf, type Session } from '../server/session.ts';
import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { waitsForNotifications } from './bystanders.ts';
import { hasPooler, isOfPooler } from './known-poolers.ts';
import { leversText, otherPooler } from './pooler-levers.ts';
import { poolerSettings, SESSION_MODE } from './pooler-settings.ts';
import { refusedClients } from './refused-clients.ts';
import { upgradePooler } from './upgrade-pooler.ts';

/** With fewer addresses a pooler is not worth running, because the few pools could be smaller. */
const MANY_ADDRESSES = 3;
/** In a smaller pool short transactions wait for each other. */
const LEAST_POOL = 2;
const USUAL_POOL = 5;

/** A pooler that keeps a larger share of the sessions is not worth its effort. */
const WORTHWHILE_PERCENT = 80;

/** For many instances without a pooler, whose short transactions could share a few sessions. */
export function poolerConfiguration(facts: AdviceFacts): readonly Advice[] {
  const { snapshot, slots, record, sessionsOf, culprits } = facts;
  const all = [...sessionsOf.values()].flat();
  const pooled = (culprits.length > 0 ? culprits.flatMap(({ sessions }) => sessions) : all).filter(
    isPoolable,
  );
  const addresses = new Set(pooled.map(({ address }) => address)).size;
  const pairs = [...Map.groupBy(pooled, pairOf).values()];
  if (!slots.under || hasPooler(facts) || addresses < MANY_ADDRESSES) return [];
  const room = allowedUse({ kind: 'server' }, slots.usable, record.policy.relieve.until);
  const share = Math.floor((room - (all.length - pooled.length)) / pairs.length);
  const busiest = Math.max(...pairs.map((pair) => pair.filter(({ state }) => state !== 'idle').length));
  const size = Math.max(LEAST_POOL, Math.min(share, Math.max(USUAL_POOL, 2 * busiest)));
  if (size * pairs.length * 100 >= WORTHWHILE_PERCENT * pooled.length) return [];
  const proxy = isAmazon(snapshot.server.provider) ? ' (or RDS Proxy)' : '';
  const inFront = culprits.length === 1 ? ` in front of ${culprits[0]?.name}` : ' in front';
  const each = pairs.length === 1 ? '' : ` for each of ${pairs.length} roles and databases`;
  const text = `Put a pooler${inFront}, such as PgBouncer${proxy}: ${pooled.length} sessions from ${addresses} addresses become ${size}${each}. Transaction mode breaks LISTEN, session advisory locks, SET and temporary tables; before PgBouncer 1.21 also prepared statements.`;
  return [
    forOperator(text, {
      language: 'ini',
      lines: [
        '[pgbouncer]',
        'pool_mode = transaction',
        `default_pool_size = ${size}`,
        `max_client_conn = ${clientsFor(facts, pooled.length)}`,
        'server_idle_timeout = 60',
        'query_wait_timeout = 30',
      ],
    }),
  ];
}

/**
 * For a pooler that opens more sessions than it uses. Its size counts for each role and database, and on each
 * pooler.
 */
export function smallerPooler(facts: AdviceFacts): readonly Advice[] {
  const asked = poolerSettings(facts);
  if (asked.length > 0) return [...asked, ...upgradePooler(facts)];
  const { slots, snapshot } = facts;
  const sessions = ofPooler(facts);
  const pairs = new Set(sessions.map(pairOf)).size;
  const poolers = new Set(sessions.map(({ address }) => address)).size;
  if (pairs === 0) return [];
  const busy = sessions.filter(({ state }) => state !== 'idle').length;
  const together = Math.max(busy, sessions.length - slots.need);
  const size = Math.max(1, Math.floor(together / (pairs * poolers)));
  const percent = Math.max(1, Math.floor((together * 100) / snapshot.slots.max));
  const proxy = isAmazon(snapshot.server.provider)
    ? ` On RDS Proxy set MaxConnectionsPercent to at most ${percent}, and MaxIdleConnectionsPercent below it.`
    : '';
  const held = `${poolers === 1 ? 'The pooler holds' : `${poolers} poolers hold`} ${counted(sessions.length, 'session')} for ${pairs === 1 ? 'one role and database' : `${pairs} roles and databases`}, ${busy} of them busy.`;
  const product = otherPooler(
    snapshot.pooler,
    facts.culprits.map(({ technology }) => technology),
    snapshot.sessions,
  );
  if (product === 'RDS Proxy')
    return [forOperator(`${held}${proxy} ${leversText(product)}`), ...declarePooler(facts)];
  if (product !== null && product !== 'PgBouncer')
    return [
      forOperator(`${held} Let each pool have at most ${size}. ${leversText(product)}`),
      ...declarePooler(facts),
    ];
  const text = `${held} Let each pool have at most ${size} and close idle sessions. RELOAD in its console applies it, SHOW POOLS shows the use of each pool.${proxy || ` ${SESSION_MODE}`}`;
  return [forOperator(text, poolsOf(size)), ...declarePooler(facts)];
}

function poolsOf(size: number) {
  const lines = [
    '[pgbouncer]',
    `default_pool_size = ${size}`,
    'server_idle_timeout = 60',
    'query_wait_timeout = 30',
  ];
  return { language: 'ini', lines } as const;
}

/** A client that only looks like a pooler is not spared as one. */
function declarePooler(facts: AdviceFacts): readonly Advice[] {
  const isSuspected = facts.culprits.some((culprit) => !isOfPooler(facts, culprit));
  if (facts.snapshot.pooler !== null || !isSuspected) return [];
  return [
    forOperator(
      'We only suspect a pooler, so its sessions are not protected. If it is one, declare it as the `pooler` of this server: then its console names the clients behind it, and its sessions are spared. If its console cannot be reached, add its address to protect.poolers in the policy.',
    ),
  ];
}

/** Sessions of a pooler have many names and roles. They have their addresses in common. */
function ofPooler({ culprits, sessionsOf }: AdviceFacts): readonly Session[] {
  const addresses = new Set(culprits.flatMap(({ sessions }) => sessions.map(({ address }) => address)));
  return [...sessionsOf.values()]
    .flat()
    .filter((session) => addresses.has(session.address) && isPoolable(session));
}

/** Twice as many clients as now, refused ones included, in full hundreds. */
function clientsFor({ record }: AdviceFacts, held: number): number {
  return Math.max(100, Math.ceil((2 * (held + refusedClients(record))) / 100) * 100);
}

/** People, agents and superusers stay as they are, and a pooler loses the notifications of listeners. */
function isPoolable(session: Session): boolean {
  const { application, superuser } = session;
  return (
    superuser === false &&
    !isNamedAs(application, 'monitoring') &&
    !isTool(application) &&
    !waitsForNotifications(session)
  );
}

/** A pooler has one pool for each role and database. */
function pairOf(session: Session): string {
  return groupKey({ ...session, ...groupOf(session), application: '' });
}

function isAmazon(provider: AdviceFacts['snapshot']['server']['provider']): boolean {
  return provider === 'rds' || provider === 'aurora';
}
