import type { Problem } from '../base/errors.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import { isHidden } from './session.ts';
import { slotHolders } from './slots.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Why a run must not plan from this snapshot, or null. To a role without the privilege "no idle session" may
 * mean "no visible session".
 */
export function isBlind(snapshot: Snapshot): Problem | null {
  const foreign = slotHolders(snapshot);
  const hidden = foreign.filter(isHidden);
  if (snapshot.server.readsAllStats && hidden.length * 2 <= foreign.length) return null;
  // To a role without the privilege the server's processes look like sessions, but they have no database.
  const clients = hidden.filter(({ database }) => database !== null).length || hidden.length;
  const { ownPid } = snapshot.server;
  const user = snapshot.sessions.find(({ pid }) => pid !== null && pid === ownPid)?.user ?? null;
  const role = user === null ? '<the role of pg-headroom>' : quoteIdentifier(user);
  if (snapshot.server.flavor === 'gaussdb') return blindOnGaussdb(role);
  const message = `Role ${role} cannot see other roles' sessions (${clients} are hidden), so it ended nothing: GRANT pg_read_all_stats TO ${role};`;
  return { code: 'blind-role', message };
}

/** On GaussDB, rows that a role may not read are missing, so that they cannot be counted. */
function blindOnGaussdb(role: string): Problem {
  const message = `Role ${role} cannot see other roles' sessions, so it ended nothing: ALTER USER ${role} MONADMIN; on openGauss and GaussDB, GRANT gs_role_read_all_stats TO ${role}; on GaussDB(DWS).`;
  return { code: 'blind-role', message };
}
