import type { Session } from './session.ts';

/** A holder that has the lock for a shorter time may have passed it on before a message is read. */
const SHORT_MS = 2_000;

/**
 * Whether a lock goes from one working client to the next, as with a row that many clients change. Then none
 * of its holders makes the others wait: the longest waiter has waited for longer than any holder has had it.
 */
export function passesOn(holders: readonly Session[], waitedMs: number): boolean {
  return holders.length > 0 && holders.every((holder) => isShort(holder, waitedMs));
}

function isShort({ transactionAgeMs, stateAgeMs, advisoryLock }: Session, waitedMs: number): boolean {
  // When a lock of the session itself was taken is not known.
  const heldMs = transactionAgeMs ?? (advisoryLock === false ? stateAgeMs : null);
  return heldMs !== null && heldMs < SHORT_MS && waitedMs > heldMs;
}
