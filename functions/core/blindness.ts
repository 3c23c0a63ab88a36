import type { Problem } from './errors.ts';
import { isHidden } from './session.ts';
import { slotHolders } from './slots.ts';
import type { Snapshot } from './snapshot.ts';
import { quoteIdentifier } from './sql-text.ts';

/** Why this snapshot must not be planned from, or null: "nothing idle" may mean "nothing visible". */
export function isBlind(snapshot: Snapshot): Problem | null {
  const foreign = slotHolders(snapshot);
  const hidden = foreign.filter(isHidden).length;
  if (snapshot.server.readsAllStats && hidden * 2 <= foreign.length) return null;
  const { ownPid } = snapshot.server;
  const user = snapshot.sessions.find(({ pid }) => pid !== null && pid === ownPid)?.user ?? null;
  const role = user === null ? '<the role of pg-headroom>' : quoteIdentifier(user);
  const message = `Role ${role} cannot see other roles' sessions (${hidden} of ${foreign.length} are hidden), and what it cannot see it does not judge: GRANT pg_read_all_stats TO ${role};`;
  return { code: 'blind-role', message };
}
