import { addressMatcher } from '../base/address.ts';
import type { UnlistedCause } from '../server/pooler.ts';
import { POOLER_NAMES } from '../server/pooler-kind.ts';
import { CLIENT_BACKEND, type Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';

/** For people: why the console lists some of the sessions only. */
export const UNLISTED_TEXTS: Readonly<Record<UnlistedCause, string>> = {
  'shared-port': 'lists the sessions of one process, and others may share its port (so_reuseport)',
  peers: 'lists the sessions of one process, and it has peers (peer_id)',
  'pooler-behind': "lists sessions that lead to another pooler, not that one's sessions with the server",
};

/**
 * Says of a session that it is the pooler's, or may be: then it is never ended, whatever a policy says. Its pools are its
 * own to manage; and a pgpool whose session ends may leave the server altogether, until it is known not to. What the
 * console does not list is known by its address only.
 * `declared` tells that the policy names poolers' addresses: then those of a pgpool that could not be asked are known.
 */
export function poolerProtection(
  { pooler, sessions }: Pick<Snapshot, 'pooler' | 'sessions'>,
  declared: boolean,
): (session: Session) => string | null {
  if (pooler === null) return () => null;
  const { kind, problem, addresses, unlisted, settings } = pooler;
  const name = POOLER_NAMES[kind];
  const mayFailOver = kind === 'pgpool' && settings.failsOver !== false;
  const risk = mayFailOver ? ', ending it could make pgpool-II fail over' : '';
  if (problem === null) {
    const pids = new Set(pooler.sessions.map(({ pid }) => pid));
    const isListed = ({ pid }: Session) => pid !== null && pids.has(pid);
    const own = `a session of ${name}'s, its own to manage${risk}`;
    if (unlisted === null) return (session) => (isListed(session) ? own : null);
    const seen = sessions.filter(isListed).map(({ address }) => address);
    const isFrom = addressMatcher([...addresses, ...unlisted.addresses, ...seen]);
    const unsure = `may be ${name}'s, whose console ${UNLISTED_TEXTS[unlisted.cause]}`;
    return (session) => (isListed(session) ? own : isFrom(session.address) ? unsure : null);
  }
  const unread = `may be ${name}'s, which could not be asked${risk}`;
  if (kind === 'pgpool' && !declared)
    return ({ backendType }) => (backendType === CLIENT_BACKEND ? unread : null);
  const from = new Set(addresses);
  return ({ address }) => (from.has(address) ? unread : null);
}
