import type { Cause, Culprit } from '../diagnosis/cause.ts';

/** Under these causes sessions are held for nothing: more slots would be held for nothing as well. */
const IN_VAIN: ReadonlySet<Cause> = new Set([
  'connection-leak',
  'oversized-idle-pools',
  'idle-in-transaction',
  'pooler-oversized',
  'dead-clients',
]);

/** Where this is so, no limit is to be raised. */
export function isWasteful({ cause }: Pick<Culprit, 'cause'>): boolean {
  return IN_VAIN.has(cause);
}
