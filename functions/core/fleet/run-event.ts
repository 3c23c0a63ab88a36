import { parseDatabaseKey } from './database-key.ts';
import { isPolicyName } from './database-tags.ts';

/**
 * Why a run of a fleet starts: its period, a client that was refused, or the alarm on refusals of one of the databases that
 * only metric filters watch.
 */
export const FLEET_TRIGGERS = ['sweep', 'refusal', 'alarm'] as const;
export type FleetTrigger = (typeof FLEET_TRIGGERS)[number];

/**
 * The event of a run. It says little, and a forged one causes at most one more ordinary run: everything else comes from
 * the registry.
 */
export type FleetRunEvent = {
  readonly fleet: 1;
  /** Its key. */
  readonly database: string;
  readonly trigger: FleetTrigger;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** A guess at the name of the policy, so that one request reads everything. The registry decides. */
  readonly policy: string;
};

/** The policy of databases that name none. */
export const DEFAULT_POLICY = 'default';

export function runEventOf(
  { key, policy }: { readonly key: string; readonly policy: string | null },
  trigger: FleetTrigger,
  at: number,
): FleetRunEvent {
  return {
    fleet: 1,
    database: key,
    trigger,
    at: new Date(at).toISOString(),
    policy: policy ?? DEFAULT_POLICY,
  };
}

/** Null for an event of any other form. */
export function parseRunEvent(event: unknown): FleetRunEvent | null {
  const { fleet, database, trigger, at, policy } = (event ?? {}) as Readonly<Record<string, unknown>>;
  const place = parseDatabaseKey(database);
  const known = FLEET_TRIGGERS.find((each) => each === trigger);
  if (fleet !== 1 || place === null || known === undefined || typeof database !== 'string') return null;
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) return null;
  const guess = typeof policy === 'string' && isPolicyName(policy) ? policy : DEFAULT_POLICY;
  return { fleet: 1, database, trigger: known, at: new Date(at).toISOString(), policy: guess };
}
