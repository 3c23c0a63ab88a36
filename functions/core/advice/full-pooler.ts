import { clientChurn } from '../server/client-churn.ts';
import type { PoolerState } from '../server/pooler.ts';
import { POOLER_NAMES, type PoolerKind } from '../server/pooler-kind.ts';
import { poolerRefuses } from '../server/pooler-refusals.ts';
import { usableSlots } from '../server/slots.ts';
import { type Advice, forDeveloper, forOperator } from './advice.ts';
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
  const rest = [...keepConnections(pooler), ...upgradePooler({ snapshot })];
  if (asked.length > 0) return [...asked, ...rest];
  const name = POOLER_NAMES[pooler.kind];
  const bound = BOUNDS[pooler.kind](usableSlots(slots));
  return [forOperator(`${name} itself refuses clients or lets them wait. ${bound}`), ...rest];
}

/** For clients that connect for each piece of work, so that a full pooler turns work away and not only idle clients. */
function keepConnections(pooler: PoolerState): readonly Advice[] {
  const churn = clientChurn(pooler);
  if (churn === null) return [];
  return [
    forDeveloper(
      `Clients log in at PgBouncer ${churn.perSecond} times a second. Keep connections open and use them again, for example with a small pool in each process.`,
    ),
  ];
}

/** What bounds its clients and sessions, by kind. */
const BOUNDS: Readonly<Record<PoolerKind, (usable: number) => string>> = {
  pgbouncer: () =>
    'SHOW POOLS in its console shows which clients wait. Raise max_client_conn for more clients, and default_pool_size if the server has room.',
  pgpool: (usable) =>
    `Raise num_init_children and restart it. num_init_children × max_pool sessions and those of other clients must fit into the ${usable} usable slots.`,
  odyssey: (usable) =>
    `SHOW CLIENTS in its console shows which clients wait (state queue). Raise client_max, global or of the rule, for more clients, and pool_size of the rule if the server has room: all pools and other clients must fit into the ${usable} usable slots. RELOAD applies it.`,
};
