import { isOfKind } from '../server/client-technology.ts';
import { type Advice, forDeveloper } from './advice.ts';
import type { AdviceFacts, KnownCulprit } from './advice-facts.ts';

/** Clients that connect for each request all reconnect at once after a refusal. */
export function useAPool({ culprits }: AdviceFacts): readonly Advice[] {
  const [culprit] = culprits;
  if (culprit === undefined || hasPool(culprit)) return [];
  return [
    forDeveloper(
      `If ${culprit.name} opens a connection for each request, give each process a small pool that keeps its connections open, or run PgBouncer on its host.`,
    ),
  ];
}

/** A technology with a pool may still open a new session or pool for each request: then its sessions show it. */
function hasPool({ cause, technology }: KnownCulprit): boolean {
  return cause !== 'session-per-request' && technology?.isCertain === true && isOfKind(technology, 'pool');
}
