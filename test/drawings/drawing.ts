import type { Cause } from '../../functions/core/diagnosis/cause.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { ContestedLock } from '../../functions/core/server/contested-lock.ts';
import type { Group } from '../../functions/core/server/session.ts';
import type { Random } from './random.ts';

/** One session as the simulated clients left it. Times are milliseconds on a clock that shows 0 when the snapshot is taken. */
export type Client = Group & {
  readonly address: string;
  readonly openedAt: number;
  readonly state: string;
  /** When the state began. */
  readonly since: number;
  /** Null where the server shows none, `''` where nothing was run yet. */
  readonly statement: string;
  readonly waitEvent?: string;
  readonly transactionAt?: number;
  readonly superuser?: boolean;
  readonly advisoryLock?: boolean;
  readonly backendType?: string;
  readonly pid?: number;
  readonly blockedBy?: readonly number[];
};

export type Refusal = {
  readonly count: number;
  /** From the first to the last, milliseconds, which ended this long before the snapshot. */
  readonly spanMs: number;
  readonly agoMs: number;
  readonly user?: string;
  readonly database?: string;
  /** What was full; default: the slots that are not reserved. */
  readonly kind?: 'role' | 'database';
};

/** Everything that a snapshot is made of. */
export type Scene = {
  readonly clients: readonly Client[];
  readonly uptimeMs: number;
  /** Slots that are free beside the clients' own. */
  readonly free: number;
  readonly trigger: 'alarm' | 'log-lines' | 'schedule';
  readonly refused: readonly Refusal[];
  readonly locks?: readonly ContestedLock[];
  readonly version?: string;
  readonly poolers?: readonly string[];
  readonly isTold?: boolean;
  readonly hidden?: number;
  /** `CONNECTION LIMIT`s. */
  readonly limits?: Readonly<
    Partial<Record<'role' | 'database', { readonly name: string; readonly limit: number }>>
  >;
};

/** What the simulated clients really did, and what therefore must be said. */
export type Truth = {
  /** Any of them is right. */
  readonly causes: readonly Cause[];
  /** Whose sessions they are; null where nobody is to be named. */
  readonly culprit: ((group: Group) => boolean) | null;
  /** Sessions an hour, where they came steadily. */
  readonly perHour?: number;
  /** Nothing in the picture tells it from another cause: then `unclear` is right as well. */
  readonly lacksEvidence?: boolean;
};

export type Draft = { readonly scene: Scene; readonly truth: Truth };
export type Drawing = { readonly record: RunRecord; readonly truth: Truth };

/** Draws what happened, without any regard to how it is diagnosed. */
export type Kind = {
  readonly name: string;
  /** The words for it. */
  readonly told: string;
  readonly draw: (random: Random) => Draft;
};
