import type { IdleState } from '../server/session.ts';

/** `off` does nothing, `observe` does everything but terminate, `enforce` terminates. */
export const MODES = ['off', 'observe', 'enforce'] as const;
export type Mode = (typeof MODES)[number];

/** A share of the usable slots in whole percent, or a number of slots that are left. */
export type Threshold =
  | { readonly unit: 'usedPercent'; readonly value: number }
  | { readonly unit: 'freeSlots'; readonly value: number };

export type Rung = { readonly state: IdleState; readonly minAgeMs: number };

export type Relieve = {
  readonly when: Threshold;
  readonly until: Threshold;
  readonly ladder: readonly Rung[];
};

export type Limits = {
  readonly maxVictims: number;
  readonly maxPercent: number;
  readonly keepPerGroup: number;
};

/** Patterns: exact and case-sensitive, `*` for any text, `(none)` for an empty name; addresses are CIDR, `*`, `local`. */
export type Include = {
  readonly users: readonly string[];
  readonly databases: readonly string[];
  readonly applications: readonly string[];
  readonly addresses: readonly string[];
};

export type Protect = Include & {
  readonly builtinApplications: boolean;
  readonly poolers: readonly string[];
  readonly listeners: boolean;
  readonly advisoryLocks: boolean;
  readonly temporaryTables: boolean;
};

/** What a policy says, before it is trusted. */
/** The most that a run may end: so many a record can name, pid and start each. */
export const MOST_VICTIMS = 5_000;

export type PolicyFields = {
  readonly mode: Mode;
  readonly relieve: Relieve;
  readonly reap: { readonly minAgeMs: number } | null;
  readonly limits: Limits;
  readonly include: Include;
  readonly protect: Protect;
};

declare const parsed: unique symbol;

/** A policy that went through `parsePolicy`; nothing else makes one. */
export type Policy = PolicyFields & { readonly [parsed]: true };

/** How a policy is written: ages as text such as `10m`, thresholds as `{ "usedPercent": 95 }`. */
export type PolicyText = {
  readonly mode: Mode;
  readonly relieve: {
    readonly when: ThresholdText;
    readonly until: ThresholdText;
    readonly ladder: readonly { readonly state: IdleState; readonly minAge: string }[];
  };
  readonly reap: { readonly minAge: string } | null;
  readonly limits: Limits;
  readonly include: Include;
  readonly protect: Protect;
};
export type ThresholdText = { readonly usedPercent: number } | { readonly freeSlots: number };

/** What is left out means this. */
export const POLICY_DEFAULTS = {
  // Termination must be asked for in writing: a robot that was merely installed only watches.
  mode: 'observe',
  relieve: {
    // Higher, and clients are refused before anything is done; lower, and busy days look like incidents.
    when: { usedPercent: 95 },
    // Higher, and the next few clients bring the pressure back; lower, and more sessions end than the incident asks for.
    until: { usedPercent: 80 },
    // The last rung is the shortest idleness we trust: below five minutes live in healthy pools between two requests.
    ladder: [
      { state: 'idle', minAge: '1h' },
      { state: 'idle', minAge: '10m' },
      { state: 'idle', minAge: '5m' },
    ],
  },
  // Sessions that hurt nobody are left alone unless somebody asks.
  reap: null,
  limits: {
    // Larger lets a wrong policy end everything on the largest servers; smaller leaves a real leak half cured.
    maxVictims: 500,
    // Above half of all clients the selection itself is suspect; much below, one leaking application of two is not cured.
    maxPercent: 50,
    // 0 makes each application reconnect at its next request; larger keeps more of what leaked.
    keepPerGroup: 1,
  },
  include: { users: ['*'], databases: ['*'], applications: ['*'], addresses: ['*'] },
  protect: {
    users: [],
    databases: [],
    applications: [],
    // Backups and dumps look idle for hours on their control connection, and die with it.
    builtinApplications: true,
    addresses: [],
    poolers: [],
    // Many listeners never notice that they stopped listening; a backup or a dump of hours is lost with the session that
    // began it, whatever that is called.
    listeners: true,
    // Leaders and migrations hold these, idle, and lose their lock with the session.
    advisoryLocks: true,
    // Rarely more than scratch data, and only visible in one database on 16 and later.
    temporaryTables: false,
  },
} as const satisfies PolicyText;

/** Below this an idle session may be the pause between two statements of one request. */
export const MIN_AGE_MS = 10_000;
