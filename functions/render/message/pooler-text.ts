import { cleanName } from '../../core/base/clean-text.ts';
import { counted } from '../../core/base/words.ts';
import { poolerProtection, UNLISTED_TEXTS } from '../../core/plan/pooler-protection.ts';
import { clientChurn } from '../../core/server/client-churn.ts';
import { groupName } from '../../core/server/group-name.ts';
import type { PoolerState } from '../../core/server/pooler.ts';
import {
  type ClientsBehind,
  clientsBehind,
  poolerSessionCount,
  poolerSessionsIn,
} from '../../core/server/pooler-clients.ts';
import { POOLER_NAMES } from '../../core/server/pooler-kind.ts';
import type { Session } from '../../core/server/session.ts';
import { slotHolders } from '../../core/server/slots.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';

const MOST_NAMED = 3;

/**
 * Which clients use the pooler's sessions, according to its console, or why it did not say. Empty without a
 * pooler.
 */
export function poolerTexts(snapshot: Snapshot | null): readonly string[] {
  const pooler = snapshot?.pooler ?? null;
  if (snapshot === null || pooler === null) return [];
  if (pooler.problem !== null) return [cleanName(pooler.problem.message, 400)];
  const name = POOLER_NAMES[pooler.kind];
  const sessions = poolerSessionCount(snapshot);
  const behind = clientsBehind(snapshot);
  const rest = behind.slice(MOST_NAMED);
  const named = [
    ...behind.slice(0, MOST_NAMED).map((each) => behindText(each, sessions)),
    ...(rest.length > 0 ? [`${counted(rest.length, 'more group')}`] : []),
  ];
  const clientsText = named.length === 0 ? '' : `: ${named.join(', ')}`;
  // Without process ids the pools count the sessions, and a record that was too large may lack them.
  const isCounted = pooler.unlisted?.cause !== 'no-process-ids' || pooler.pools.length > 0;
  return [
    ...(isCounted
      ? [`${counted(sessions, 'session comes', 'sessions come')} through ${name}${clientsText}.`]
      : []),
    ...churnText(pooler),
    ...unlistedText(snapshot, pooler),
    ...refusedText(snapshot, name),
  ];
}

/** A pooler may have thousands of databases, so only those with most waiting clients are named. */
function refusedText({ refusals }: Snapshot, name: string): readonly string[] {
  const those = refusals.filter(({ kind }) => kind === 'pooler');
  const waiting = those
    .flatMap(({ name: database, count }) => (database === null ? [] : [{ database, count }]))
    .toSorted((a, b) => b.count - a.count);
  const more = waiting.length - MOST_NAMED;
  return [
    ...(those.length > waiting.length ? [`${name} takes no more clients.`] : []),
    ...waiting
      .slice(0, MOST_NAMED)
      .map(
        ({ database, count }) =>
          `${counted(count, 'client')} of database ${cleanName(database)} ${count === 1 ? 'waits' : 'wait'} for a session of ${name}.`,
      ),
    ...(more > 0 ? [`So do clients of ${counted(more, 'more database')}.`] : []),
  ];
}

function churnText(pooler: PoolerState): readonly string[] {
  const churn = clientChurn(pooler);
  if (churn === null) return [];
  const stay = churn.stayS === 0 ? 'less than a second' : `${churn.stayS} s`;
  return [
    `Its clients log in ${churn.perSecond} times a second and stay ${stay} on average: they open a connection for each piece of work.`,
  ];
}

/** Says that the console does not list all sessions, and how the others are spared. */
function unlistedText(snapshot: Snapshot, { unlisted }: PoolerState): readonly string[] {
  if (unlisted === null) return [];
  const isUnjoined = unlisted.cause === 'no-process-ids';
  const isTheirs = poolerProtection(snapshot, false);
  const holders = slotHolders(snapshot);
  const listed = new Set(poolerSessionsIn(snapshot, holders));
  const others = holders.filter((session) => !listed.has(session) && isTheirs(session) !== null);
  const spared =
    others.length === 0
      ? `No ${isUnjoined ? '' : 'other '}session comes from its addresses.`
      : `${counted(others.length, isUnjoined ? 'session' : 'more session')} from ${namedAddresses(others)} may belong to it and ${others.length === 1 ? 'is' : 'are'} spared.`;
  const unknown = unlisted.unknownHosts.map((host) => cleanName(host)).join(', ');
  return [
    [
      `Its console ${UNLISTED_TEXTS[unlisted.cause]}.`,
      spared,
      ...(unknown === ''
        ? []
        : [`The addresses of ${unknown} could not be found: add them to protect.poolers in the policy.`]),
      ...(unlisted.cause === 'pooler-behind'
        ? ['Declare the pooler that is nearest to the server: its console lists these sessions.']
        : []),
    ].join(' '),
  ];
}

function namedAddresses(sessions: readonly Session[]): string {
  const addresses = [...new Set(sessions.map(({ address }) => address))];
  const [first = ''] = addresses;
  return addresses.length === 1 ? cleanName(first) : `${addresses.length} addresses`;
}

/**
 * `38 of 40 for checkout from 10.0.3.17`. For clients that share sessions: `12 clients of checkout from 3
 * addresses`.
 */
function behindText({ group, linked, clients, addresses }: ClientsBehind, sessions: number): string {
  const clientsText = groupName(group);
  const [first = ''] = addresses.first;
  const from =
    addresses.count === 0
      ? ''
      : ` from ${addresses.count === 1 ? cleanName(first) : `${addresses.count} addresses`}`;
  return linked > 0
    ? `${linked} of ${sessions} for ${clientsText}${from}`
    : `${counted(clients, 'client')} of ${clientsText}${from}`;
}
