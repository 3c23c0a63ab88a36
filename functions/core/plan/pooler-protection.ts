import { addressMatcher } from '../base/address.ts';
import type { UnlistedCause } from '../server/pooler.ts';
import { POOLER_NAMES } from '../server/pooler-kind.ts';
import { CLIENT_BACKEND, type Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';

/** Why the console lists only some of the sessions, as people read it. */
export const UNLISTED_TEXTS: Readonly<Record<UnlistedCause, string>> = {
  'shared-port': 'lists the sessions of one process, and others may share its port (so_reuseport)',
  peers: 'lists the sessions of one process, and it has peers (peer_id)',
  'no-process-ids': "lists its sessions without the server's process ids",
  'pooler-behind': "lists sessions that lead to another pooler, not that one's sessions with the server",
};

/**
 * Tells whether a session belongs to the pooler, or may belong to it. Then it is never ended, whatever a
 * policy says: the pooler manages its own pools, and a pgpool whose session ends may detach the server, until
 * we know that it does not. Sessions that the console does not list are known by their address only.
 * `declared` means that the policy names the poolers' addresses. Then the addresses of a pgpool that could
 * not be asked are known.
 */
export function poolerProtection(
  { pooler, sessions }: Pick<Snapshot, 'pooler' | 'sessions'>,
  declared: boolean,
): (session: Session) => string | null {
  if (pooler === null) return () => null;
  const { kind, problem, addresses, unlisted, settings } = pooler;
  const name = POOLER_NAMES[kind];
  const mayFailOver = kind === 'pgpool' && settings.failsOver !== false;
  const risk = mayFailOver ? '; if it ends, pgpool-II may fail over' : '';
  if (problem === null) {
    const pids = new Set(pooler.sessions.map(({ pid }) => pid));
    const isListed = ({ pid }: Session) => pid !== null && pids.has(pid);
    const own = `a session of ${name}, which manages its own sessions${risk}`;
    if (unlisted === null) return (session) => (isListed(session) ? own : null);
    const seen = sessions.filter(isListed).map(({ address }) => address);
    const isFrom = addressMatcher([...addresses, ...unlisted.addresses, ...seen]);
    const unsure = `may belong to ${name}: its console ${UNLISTED_TEXTS[unlisted.cause]}`;
    return (session) => (isListed(session) ? own : isFrom(session.address) ? unsure : null);
  }
  const unread = `may belong to ${name}, which could not be asked${risk}`;
  if (kind === 'pgpool' && !declared)
    return ({ backendType }) => (backendType === CLIENT_BACKEND ? unread : null);
  const from = new Set(addresses);
  return ({ address }) => (from.has(address) ? unread : null);
}
