import type { ContestedLock } from './contested-lock.ts';
import type { WaitFacts } from './lock-graph.ts';
import type { Session } from './session.ts';

/** A holder that has the lock for a shorter time may have passed it on before a message is read. */
const BRIEF_MS = 2_000;
/** A statement may do other work before it waits for a row. */
const WORK_MS = 500;

/**
 * Tells of a session whether it has held its locks for less than two seconds. It is then not the reason for a queue:
 * the lock goes from one working client to the next, as with a row that many clients change.
 */
export function briefHolders({ sessions, locks = [] }: WaitFacts): (session: Session) => boolean {
  const ages = new Map(sessions.map(({ pid, stateAgeMs }) => [pid, stateAgeMs]));
  const held = new Map<number, (number | null)[]>();
  for (const lock of locks) {
    const wait = sinceHandover(lock, ages);
    for (const { pid } of lock.holders) {
      const waits = held.get(pid);
      if (waits === undefined) held.set(pid, [wait]);
      else waits.push(wait);
    }
  }
  return (session) => {
    const heldMs = rowHeldMs(session, held.get(session.pid ?? -1) ?? []) ?? heldAtMostMs(session);
    return heldMs !== null && heldMs < BRIEF_MS;
  };
}

/** When a lock of the session itself was taken is not known. */
function heldAtMostMs({ transactionAgeMs, stateAgeMs, advisoryLock }: Session): number | null {
  return transactionAgeMs ?? (advisoryLock === false ? stateAgeMs : null);
}

/**
 * For how long it has held rows that it had to wait for itself: its transaction is older than that. Sessions that
 * wait for a row wait for the transaction of its holder, and with each new holder they begin anew, in the same
 * statement. Null when the locks do not tell.
 */
function rowHeldMs({ state, stateAgeMs }: Session, waits: readonly (number | null)[]): number | null {
  const known = waits.filter((wait) => wait !== null);
  if (known.length === 0 || known.length < waits.length) return null;
  return Math.max(...known, state === 'active' ? 0 : (stateAgeMs ?? BRIEF_MS));
}

/** Null unless most of the waiters have waited for another holder before. */
function sinceHandover(
  { kind, waiters, waitedMs }: ContestedLock,
  ages: ReadonlyMap<number | null, number | null>,
): number | null {
  if (kind !== 'transactionid' || waitedMs === undefined) return null;
  const before = waiters.filter(({ pid }) => (ages.get(pid) ?? 0) >= waitedMs + WORK_MS);
  return before.length * 2 > waiters.length ? waitedMs : null;
}
