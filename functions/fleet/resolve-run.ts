import { FLEET_ROLES } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { parseBlindSince, parsePolicyCopy, parseSwitch, policyItemKey } from '../core/fleet/cell-items.ts';
import { parseProof } from '../core/fleet/cell-proof.ts';
import { type FleetMode, fleetMode } from '../core/fleet/fleet-mode.ts';
import { type FleetPolicy, policyInForce } from '../core/fleet/policy-in-force.ts';
import { parseRegistryItem, type RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { DEFAULT_POLICY, type FleetRunEvent } from '../core/fleet/run-event.ts';
import type { Memory } from '../core/incident/memory.ts';
import { pauseAt, type Recall } from '../core/run/pause.ts';
import type { RegistryRow } from './dispatch-ports.ts';

/** What a run reads before it connects, all at one moment. Null for an item that is not there. */
export type RunRows = {
  readonly database: RegistryRow | null;
  readonly switches: RegistryRow | null;
  readonly policy: RegistryRow | null;
  readonly memory: Memory;
};

/** A run, as the registry has it. */
export type ResolvedRun = {
  readonly database: RegisteredDatabase;
  readonly mode: FleetMode;
  readonly policy: FleetPolicy;
  /** The database role that it logs in as. */
  readonly role: string;
  readonly memory: Memory;
};

/** What the run knows of memory, which it has read already. `table` is its name. */
export function recallOf({ memory }: ResolvedRun, table: string, now: number): Recall {
  const { paused, ownTries } = memory;
  const known = { kind: 'read', table, paused: pauseAt(paused, now) } as const;
  return ownTries.length > 0 ? { ...known, ownTries } : known;
}

/** Why nothing is to be done. */
export type NothingToDo = { readonly why: string };

/** The name of the policy that has to be read beside what was read; null where it was. */
export function policyToRead(
  { policy: guess }: FleetRunEvent,
  database: RegisteredDatabase | null,
): string | null {
  const name = database?.policy ?? DEFAULT_POLICY;
  return database === null || name === guess ? null : name;
}

/**
 * What the event asks for, by the registry: nothing of the event but the key is used. An item that cannot be read is an
 * error, because then it is not known whether the database may be touched. `database` is that of the rows, parsed.
 * @throws RemediationError `registry-unreadable`.
 */
export function resolveRun(
  rows: RunRows,
  now: number,
  database = databaseIn(rows),
): ResolvedRun | NothingToDo {
  if (rows.database === null) return { why: 'the registry has no such database' };
  if (database === null) throw notReadable(rows.database.key);
  const { people, organisation, proof, item: sight } = rows.switches?.texts ?? {};
  const name = database.policy ?? DEFAULT_POLICY;
  const isRead = rows.policy?.key === policyItemKey(name);
  const policy = policyInForce(
    database.policy,
    isRead ? parsePolicyCopy(name, rows.policy?.texts.item) : null,
  );
  const mode = fleetMode({
    database,
    policyMode: policy.mode,
    policyProblem: policy.problem,
    organisation: parseSwitch(organisation, now),
    cell: parseSwitch(people, now),
    proof: parseProof(proof),
    blindSince: parseBlindSince(sight),
    pause: pauseAt(rows.memory.paused, now),
    now,
  });
  if (mode.mode === 'off') return { why: mode.limits.find((limit) => limit.mode === 'off')?.why ?? 'off' };
  const role = mode.maySignal ? FLEET_ROLES.signals : FLEET_ROLES.observes;
  return { database, mode, policy, role, memory: rows.memory };
}

/** The database that was read; null where there is none, and where its item cannot be read. */
export function databaseIn({ database }: Pick<RunRows, 'database'>): RegisteredDatabase | null {
  if (database === null) return null;
  return parseRegistryItem(database.key, database.texts.item, database.texts.accepted);
}

function notReadable(key: string): RemediationError {
  const message = `The item of ${key} in the registry is not understood: deploy all functions of the cell in one version. The dispatcher writes the item anew.`;
  return new RemediationError('registry-unreadable', message);
}
