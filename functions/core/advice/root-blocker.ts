import type { Session } from '../session.ts';

/** What stands at the root of a queue for locks; `session` is null for a prepared transaction. */
export type RootBlocker = { readonly session: Session | null; readonly waiting: number };

/** The pid that the server gives for a prepared transaction. */
const PREPARED = 0;

/** The one that most sessions wait for, directly or behind others, and that waits for nobody. Null where nobody waits. */
export function rootBlocker(sessions: readonly Session[]): RootBlocker | null {
  const byPid = new Map(sessions.flatMap((each) => (each.pid === null ? [] : [[each.pid, each] as const])));
  const waiting = new Map<number, number>();
  for (const session of sessions)
    for (const root of rootsOf(session, byPid)) waiting.set(root, (waiting.get(root) ?? 0) + 1);
  const [most] = [...waiting].sort(([a, some], [b, more]) => more - some || a - b);
  if (most === undefined) return null;
  const [pid, count] = most;
  return { session: byPid.get(pid) ?? null, waiting: count };
}

/** A circle has no root: the server ends it by itself. */
function rootsOf(session: Session, byPid: ReadonlyMap<number, Session>): ReadonlySet<number> {
  const roots = new Set<number>();
  const seen = new Set<number>();
  const ahead = [...session.blockedBy];
  for (let pid = ahead.pop(); pid !== undefined; pid = ahead.pop()) {
    if (seen.has(pid)) continue;
    seen.add(pid);
    const next = byPid.get(pid)?.blockedBy ?? [];
    if (next.length > 0) ahead.push(...next);
    else if (pid === PREPARED || byPid.has(pid)) roots.add(pid);
  }
  return roots;
}
