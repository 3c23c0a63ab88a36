import type { IdleState } from '../server/session.ts';
import type { Mode } from './mode.ts';

/**
 * A policy as it is written, for those who write it in TypeScript: `policySchema` has the same keys, and a test keeps it so.
 * Synthesis checks what types cannot say, such as contradictions. A policy that is imported from a
 * JSON file is one too: `policy as Policy`.
 */
export interface WrittenPolicy {
  /** The address of the policy's JSON Schema, for editors. */
  readonly $schema?: string;
  /**
   * `off` does nothing, `observe` does everything but terminate, `enforce` terminates.
   *
   * @default observe
   */
  readonly mode?: Mode;
  /** Ends sessions under pressure, on any trigger. */
  readonly relieve?: WrittenRelief;
  /**
   * Ends sessions on the schedule, with or without pressure: one rule, or several.
   *
   * @default null
   */
  readonly reap?: WrittenReap | readonly WrittenReap[] | null;
  /** How many sessions a run may end. */
  readonly limits?: WrittenLimits;
  /**
   * A session may be ended only if it matches all of these lists.
   *
   * @default - `*` in each list
   */
  readonly include?: WrittenNames;
  /** One match here spares a session, whatever `include` says. */
  readonly protect?: WrittenProtections;
}

/** A share of the usable slots, or a number of slots that are free. */
type WrittenThreshold = { readonly usedPercent: number } | { readonly freeSlots: number };

/** What a line of the ladder or of `reap` asks for beside the state. All that it has must be true of a session. */
interface WrittenConditions extends WrittenNames {
  /** The time in that state, such as `90s`, `10m`, `8h` or `2d`; at least `10s`. */
  readonly minAge: string;
  /** The time since the connection was opened. */
  readonly connectionAge?: string;
}

interface WrittenRung extends WrittenConditions {
  readonly state: IdleState;
}

interface WrittenReap extends WrittenConditions {
  /** @default idle */
  readonly state?: IdleState;
  /** For open transactions, and needed there: they end only where one of these is true. */
  readonly onlyIf?: readonly ('blocks' | 'holdsBackVacuum')[];
}

/** Spares the sessions of its lists until they have been in their state for this long. */
interface WrittenYoungerThan extends WrittenNames {
  readonly age: string;
}

/** Spares all sessions, or those of its lists, at a time of the day: from `02:00` on and before `04:00`. */
interface WrittenBetween extends WrittenNames {
  readonly from: string;
  readonly to: string;
  /** The name of a time zone, such as `Europe/Berlin`. */
  readonly zone: string;
}

interface WrittenRelief {
  /**
   * From this share of the usable slots on, or with fewer free slots than this, a run acts.
   *
   * @default { usedPercent: 95 }
   */
  readonly when?: WrittenThreshold;
  /**
   * The run ends sessions until at most this share is used, or at least this many slots are free. In the unit of `when`.
   *
   * @default { usedPercent: 80 }
   */
  readonly until?: WrittenThreshold;
  /**
   * The next rung is used only while slots are still needed.
   *
   * @default - idle for an hour, then ten minutes, then five
   */
  readonly ladder?: readonly WrittenRung[];
}

interface WrittenLimits {
  /**
   * Sessions that one run may end. 0 means none.
   *
   * @default 500
   */
  readonly maxVictims?: number;
  /**
   * The same as a share of all client sessions.
   *
   * @default 50
   */
  readonly maxPercent?: number;
  /**
   * Sessions of each program that stay.
   *
   * @default 1
   */
  readonly keepPerGroup?: number;
}

/** Names are exact and case-sensitive, `*` stands for any text, `(none)` for an empty name. */
interface WrittenNames {
  /** Roles. */
  readonly users?: readonly string[];
  readonly databases?: readonly string[];
  /** Values of `application_name`. */
  readonly applications?: readonly string[];
  /** Networks such as `10.0.3.0/28`, addresses, `local`, `(none)`. */
  readonly addresses?: readonly string[];
}

interface WrittenProtections extends WrittenNames {
  /**
   * Backups, dumps, migrations, cluster managers and monitoring agents, by the names that they use.
   *
   * @default true
   */
  readonly builtinApplications?: boolean;
  /** Networks of poolers, which manage their own sessions. */
  readonly poolers?: readonly string[];
  /**
   * Sessions with a last statement that listens, or begins a backup or a dump.
   *
   * @default true
   */
  readonly listeners?: boolean;
  /**
   * Holders of advisory locks.
   *
   * @default true
   */
  readonly advisoryLocks?: boolean;
  /**
   * Owners of temporary tables in the maintenance database.
   *
   * @default false
   */
  readonly temporaryTables?: boolean;
  /**
   * A higher age for some programs than ladder and `reap` have.
   *
   * @default - none
   */
  readonly youngerThan?: readonly WrittenYoungerThan[];
  /**
   * Times of the day by the server's clock.
   *
   * @default - none
   */
  readonly between?: readonly WrittenBetween[];
}
