import type { Cause, Culprit } from '../diagnosis/cause.ts';

/** Causes with needless sessions. More slots would fill with needless sessions as well. */
const IN_VAIN: ReadonlySet<Cause> = new Set([
  'connection-leak',
  'oversized-idle-pools',
  'idle-in-transaction',
  'pooler-oversized',
  'dead-clients',
]);

/** Such a limit must not be raised. */
export function isWasteful({ cause }: Pick<Culprit, 'cause'>): boolean {
  return IN_VAIN.has(cause);
}
