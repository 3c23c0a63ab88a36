import { addressMatcher } from '../base/address.ts';
import { isNamedAs, isOfKind } from '../server/client-technology.ts';
import type { AdviceFacts, KnownCulprit } from './advice-facts.ts';

/** A pooler by the addresses in the policy, or by its own name. */
export function isOfPooler(
  { record }: Pick<AdviceFacts, 'record'>,
  { sessions, technology }: KnownCulprit,
): boolean {
  if (isOfKind(technology, 'pooler')) return true;
  const isPooler = addressMatcher(record.policy.protect.poolers);
  return sessions.some(({ address }) => isPooler(address));
}

/** Whether a pooler stands in front of this server, by any sign. */
export function hasPooler({ record, snapshot, ranking, diagnosis }: AdviceFacts): boolean {
  return (
    snapshot.pooler !== null ||
    record.policy.protect.poolers.length > 0 ||
    diagnosis.cause === 'pooler-oversized' ||
    ranking.groups.some(({ applications: [first] }) => isNamedAs(first?.name ?? '', 'pooler'))
  );
}
