import type { Harm } from '../policy/policy.ts';
import { conflict } from '../server/contested-lock.ts';
import type { Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';

/**
 * What an open transaction does to others, as far as the snapshot shows it. What it does not show does not count: such
 * a session stays.
 */
export function harmsIn({
  sessions,
  locks,
}: Snapshot): Readonly<Record<Harm, (session: Session) => boolean>> {
  const blockers = new Set(sessions.flatMap(({ blockedBy }) => blockedBy));
  for (const { holders, waiters } of locks ?? []) {
    const asked = [...new Set(waiters.map(({ mode }) => mode))];
    for (const { pid, mode } of holders) if (asked.some((other) => conflict(other, mode))) blockers.add(pid);
  }
  return {
    blocks: ({ pid }) => pid !== null && blockers.has(pid),
    // Vacuum has nothing to wait for until a transaction began after it.
    holdsBackVacuum: ({ horizonAge }) => (horizonAge ?? 0) > 0,
  };
}
