import { type Columned, fromColumns, toColumns } from './columns.ts';
import { type PackedPooler, packPooler, unpackPooler } from './pack-pooler.ts';
import type { Plan, Spared } from './plan.ts';
import type { SparedReason } from './protection.ts';
import type { Reading, RunRecord } from './record.ts';
import { groupOf, type Session } from './session.ts';
import type { ServerFacts, Snapshot } from './snapshot.ts';
import type { Attempt } from './verification.ts';
import type { Victim, VictimReason } from './victims.ts';

/**
 * A run record in its travelling form. Sessions stand in columns, because equal values side by side compress to almost
 * nothing; plans name them by their place in the snapshot instead of repeating them.
 */

/** A column that came later than the form may be missing; its values are null then. */
type Columns = Omit<Columned<Session>, 'sessionId'> & Partial<Pick<Columned<Session>, 'sessionId'>>;

type PackedSnapshot = Omit<Snapshot, 'sessions' | 'server' | 'pooler'> & {
  readonly server: Omit<ServerFacts, 'provider'> & Partial<Pick<ServerFacts, 'provider'>>;
  readonly sessions: Columns;
  readonly pooler?: PackedPooler | null;
};
type PackedPlan = Omit<Plan, 'victims' | 'spared'> & {
  readonly victims: VictimColumns;
  readonly spared: {
    readonly at: readonly number[];
    readonly reason: readonly SparedReason[];
    readonly detail: readonly string[];
  };
};
/** The group is the session's own; scopes are named by their place in the plan's pressure. */
type PackedVictim = Omit<VictimReason, 'group' | 'serves'> & {
  readonly at: number;
  readonly serves: readonly number[];
};
/** Records of before there were programs do not say what was released: nothing was. */
type VictimColumns = Omit<Columned<PackedVictim>, 'released'> &
  Partial<Pick<Columned<PackedVictim>, 'released'>>;
type PackedReading = Omit<Reading, 'came'> & { readonly came: Columns };

/** What came later than the form itself: it may be missing while one function is deployed before the other. */
type Later = 'recall' | 'misconfigurations' | 'lock';

export type PackedRecord = Omit<RunRecord, 'snapshot' | 'plan' | 'readings' | 'attempts' | Later> &
  Partial<Pick<RunRecord, Later>> & {
    readonly attempts: Columned<Attempt>;
    readonly snapshot: PackedSnapshot | null;
    readonly plan: PackedPlan | null;
    readonly readings: readonly PackedReading[];
  };

const KEYS = [
  'pid',
  'sessionId',
  'backendStart',
  'backendType',
  'user',
  'database',
  'application',
  'address',
  'state',
  'stateChange',
  'stateAgeMs',
  'transactionAgeMs',
  'queryAgeMs',
  'waitEvent',
  'blockedBy',
  'superuser',
  'advisoryLock',
  'temporaryTables',
  'lastStatement',
] as const satisfies readonly (keyof Session)[];

const VICTIM_KEYS = [
  'at',
  'purpose',
  'rung',
  'minAgeMs',
  'ageMs',
  'serves',
  'released',
] as const satisfies readonly (keyof PackedVictim)[];
const ATTEMPT_KEYS = [
  'pid',
  'backendStart',
  'round',
  'guard',
  'result',
] as const satisfies readonly (keyof Attempt)[];

export function packRecord(record: RunRecord): PackedRecord {
  const { snapshot, plan, readings } = record;
  const places = new Map(snapshot?.sessions.map((session, at) => [session, at]));
  return {
    ...record,
    snapshot: snapshot === null ? null : packSnapshot(snapshot),
    plan: plan === null ? null : packPlan(plan, (session) => places.get(session) ?? -1),
    attempts: toColumns(ATTEMPT_KEYS, record.attempts),
    readings: readings.map((reading) => ({ ...reading, came: toColumns(KEYS, reading.came) })),
  };
}

function packSnapshot(snapshot: Snapshot): PackedSnapshot {
  const { sessions, pooler } = snapshot;
  return {
    ...snapshot,
    sessions: toColumns(KEYS, sessions),
    pooler: pooler === null ? null : packPooler(pooler),
  };
}

function packPlan(plan: Plan, placeOf: (session: Session) => number): PackedPlan {
  return {
    ...plan,
    victims: toColumns(
      VICTIM_KEYS,
      plan.victims.map(({ session, reason: { group, serves, ...reason } }) => ({
        ...reason,
        at: placeOf(session),
        serves: serves.map((scope) => plan.pressure.findIndex((each) => each.scope === scope)),
      })),
    ),
    spared: {
      at: plan.spared.map(({ session }) => placeOf(session)),
      reason: plan.spared.map(({ reason }) => reason),
      detail: plan.spared.map(({ detail }) => detail),
    },
  };
}

export function unpackRecord(packed: PackedRecord): RunRecord {
  const sessions = packed.snapshot === null ? [] : fromColumns<Session>(KEYS, packed.snapshot.sessions);
  return {
    ...packed,
    recall: packed.recall ?? null,
    lock: packed.lock ?? null,
    misconfigurations: packed.misconfigurations ?? null,
    snapshot: packed.snapshot === null ? null : unpackSnapshot(packed.snapshot, sessions),
    plan: packed.plan === null ? null : unpackPlan(packed.plan, sessions),
    attempts: fromColumns<Attempt>(ATTEMPT_KEYS, packed.attempts),
    readings: packed.readings.map((reading) => ({
      ...reading,
      came: fromColumns<Session>(KEYS, reading.came),
    })),
  };
}

function unpackSnapshot(packed: PackedSnapshot, sessions: readonly Session[]): Snapshot {
  const { server, pooler = null } = packed;
  return {
    ...packed,
    sessions,
    server: { ...server, provider: server.provider ?? null },
    pooler: pooler === null ? null : unpackPooler(pooler),
  };
}

function unpackPlan(packed: PackedPlan, sessions: readonly Session[]): Plan {
  const scopes = packed.pressure.map(({ scope }) => scope);
  const victims = fromColumns<PackedVictim>(VICTIM_KEYS, packed.victims).flatMap(
    ({ at, serves, released, ...reason }): readonly Victim[] => {
      const session = sessions[at];
      if (session === undefined) return [];
      const served = serves.flatMap((place) => scopes[place] ?? []);
      const group = groupOf(session);
      const known = { ...reason, group, serves: served };
      return [{ session, reason: released ? { ...known, released } : known }];
    },
  );
  const spared = packed.spared.at.flatMap((at, index): readonly Spared[] => {
    const session = sessions[at];
    const [reason, detail] = [packed.spared.reason[index], packed.spared.detail[index]];
    return session && reason !== undefined && detail !== undefined ? [{ session, reason, detail }] : [];
  });
  return { ...packed, victims, spared };
}
