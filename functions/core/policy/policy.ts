import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { IdleState } from '../server/session.ts';
import type { keptPolicySchema } from './kept-policy-schema.ts';
import type { Mode } from './mode.ts';
import type { Selection } from './selection.ts';

/** What a policy says, before it is checked. */
export type PolicyFields = ReadOnly<z.output<typeof keptPolicySchema>>;
export type Threshold = PolicyFields['relieve']['when'];
export type Rung = PolicyFields['relieve']['ladder'][number];
/** A rule that ends sessions on the schedule, with or without pressure. */
export type ReapRule = Exclude<NonNullable<PolicyFields['reap']>, readonly unknown[]>;
export type Harm = NonNullable<ReapRule['onlyIf']>[number];
export type Limits = PolicyFields['limits'];
export type Include = PolicyFields['include'];
export type Protect = PolicyFields['protect'];
/** Protects the sessions that it is about until they have been in their state for this long. */
export type YoungerThan = NonNullable<Protect['youngerThan']>[number];
/** Protects the sessions that it is about at a time of the day. */
export type Between = NonNullable<Protect['between']>[number];

/** The most sessions that a run may end. A record can list this many with pid and start. */
export const MOST_VICTIMS = 5_000;

declare const parsed: unique symbol;

/** A checked policy. Only `parsePolicy` makes one. */
export type Policy = PolicyFields & { readonly [parsed]: true };

/** How a policy is written: ages as text such as `10m`, thresholds as `{ "usedPercent": 95 }`. */
export type PolicyText = {
  readonly mode: Mode;
  readonly relieve: {
    readonly when: ThresholdText;
    readonly until: ThresholdText;
    readonly ladder: readonly RungText[];
  };
  readonly reap: ReapText | readonly ReapText[] | null;
  readonly limits: Limits;
  readonly include: Include;
  readonly protect: ProtectText;
};
type RungText = Selection & {
  readonly state: IdleState;
  readonly minAge: string;
  readonly connectionAge?: string;
};
export type ReapText = Selection & {
  readonly minAge: string;
  readonly state?: IdleState;
  readonly onlyIf?: readonly Harm[];
  readonly connectionAge?: string;
};
export type ProtectText = Omit<Protect, 'youngerThan' | 'between'> & {
  readonly youngerThan?: readonly (Selection & { readonly age: string })[];
  readonly between?: readonly Between[];
};
export type ThresholdText = { readonly usedPercent: number } | { readonly freeSlots: number };

/** The values of what a policy leaves out. */
export const POLICY_DEFAULTS = {
  // Termination has to be asked for in writing. A new installation only watches.
  mode: 'observe',
  relieve: {
    // With a higher value, clients are refused before a run acts. With a lower one, busy days look like
    // incidents.
    when: { usedPercent: 95 },
    // With a higher value, the next few clients bring the pressure back. With a lower one, more sessions end
    // than the incident needs.
    until: { usedPercent: 80 },
    // The last rung is the shortest idle time that we trust. Below five minutes a healthy pool may be between
    // two requests.
    ladder: [
      { state: 'idle', minAge: '1h' },
      { state: 'idle', minAge: '10m' },
      { state: 'idle', minAge: '5m' },
    ],
  },
  // Without pressure idle sessions do no harm, so they stay unless the policy says otherwise.
  reap: null,
  limits: {
    // With a larger value, a wrong policy could end all sessions of the largest servers. With a smaller one,
    // a real leak is only half relieved.
    maxVictims: 500,
    // A policy that chooses more than half of all clients is probably wrong. With much less, a leak in one of
    // two applications is not relieved.
    maxPercent: 50,
    // With 0, each application has to reconnect at its next request. A larger value keeps more of the leaked
    // sessions.
    keepPerGroup: 1,
  },
  include: { users: ['*'], databases: ['*'], applications: ['*'], addresses: ['*'] },
  protect: {
    users: [],
    databases: [],
    applications: [],
    // Backups and dumps look idle for hours on their control connection, and fail when it ends.
    builtinApplications: true,
    addresses: [],
    poolers: [],
    // Many clients do not notice that they no longer listen. A backup or a dump of hours is lost with the
    // session that began it, whatever its name is.
    listeners: true,
    // Leaders and migrations hold such locks while idle, and lose them with the session.
    advisoryLocks: true,
    // They rarely hold more than scratch data, and on PostgreSQL 16 and later they are visible in one
    // database only.
    temporaryTables: false,
    youngerThan: [],
    between: [],
  },
} as const satisfies PolicyText;

/** The rules of `reap`, of which a policy may write a single one without a list. */
export function reapRules({ reap }: Pick<PolicyFields, 'reap'>): readonly ReapRule[] {
  if (reap === null) return [];
  return isList(reap) ? reap : [reap];
}

function isList<Item>(value: Item | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}
