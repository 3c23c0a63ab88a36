import { POOLER_NAMES } from '../server/pooler-kind.ts';
import { poolerRefuses } from '../server/pooler-refusals.ts';
import { usableSlots } from '../server/slots.ts';
import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { poolerSettings } from './pooler-settings.ts';
import { upgradePooler } from './upgrade-pooler.ts';

/**
 * For a pooler that refuses clients itself: sizes when its console reported enough, otherwise the settings
 * that limit it.
 */
export function fullPooler({ snapshot }: Pick<AdviceFacts, 'snapshot'>): readonly Advice[] {
  const { pooler, slots } = snapshot;
  if (pooler === null || !poolerRefuses(snapshot)) return [];
  const asked = poolerSettings({ snapshot });
  if (asked.length > 0) return [...asked, ...upgradePooler({ snapshot })];
  const name = POOLER_NAMES[pooler.kind];
  const bound =
    pooler.kind === 'pgpool'
      ? `Raise num_init_children and restart it. num_init_children × max_pool sessions and those of other clients must fit into the ${usableSlots(slots)} usable slots.`
      : 'SHOW POOLS in its console shows which clients wait. Raise max_client_conn for more clients, and default_pool_size if the server has room.';
  return [
    forOperator(`${name} itself refuses clients or lets them wait. ${bound}`),
    ...upgradePooler({ snapshot }),
  ];
}
