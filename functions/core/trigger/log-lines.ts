import type { RefusalKind } from '../base/refusal-kind.ts';

/** What a log subscription delivered. */
export type LogLinesTrigger = {
  readonly kind: 'log-lines';
  /** The time of the latest refusal, or of the latest line when there is no refusal. ISO 8601, UTC. */
  readonly at: string;
  /** The log group of the server, or of one of its clients. */
  readonly logGroup: string;
  /** In a log group that several servers share, the stream names the server: `<instance>.<number>`. */
  readonly logStream: string;
  readonly lines: number;
  /**
   * The refused clients, those with most refusals first. They had no slot, so they are not the ones that took
   * the slots.
   */
  readonly refused: readonly Refused[];
  /**
   * Refusals of our own role. Our attempts to connect cause them, so they must not start a run or count as
   * evidence.
   */
  readonly own: number;
  /**
   * How many refusals without a role were taken off, because our own tries left that many lines. Absent where
   * none were.
   */
  readonly tries?: number | undefined;
  /** Refusals by other servers that share the log group. */
  readonly elsewhere: number;
  /**
   * The slots as the server described them with the latest refusal, by the server's own names. Only GaussDB
   * and openGauss do.
   */
  readonly figures: Figures | null;
};

/** Refusals that differ in their time only. A fact that the lines do not tell is null. */
export type Refused = {
  readonly kind: RefusalKind;
  readonly user: string | null;
  readonly database: string | null;
  readonly address: string | null;
  readonly count: number;
  /** How many clients these are: 1, or more in the entry for the rest of a long list. */
  readonly clients: number;
  /** ISO 8601, UTC. */
  readonly first: string;
  readonly last: string;
  /**
   * When the lines were written that may come from our own tries, in milliseconds since the epoch. The times
   * are dropped once those lines are taken off, so that no record has them.
   */
  readonly times?: readonly number[] | undefined;
};

/** The record carries these entries, and people read no more of them. */
const MOST_REFUSED = 20;

/**
 * Without the lines of other servers. `stream` names this server in a log group that several servers share,
 * and is null in its own log group.
 */
export function ofStream(trigger: LogLinesTrigger, stream: string | null): LogLinesTrigger {
  const { logStream, refused } = trigger;
  if (stream === null || logStream === stream || logStream.startsWith(`${stream}.`)) return trigger;
  return { ...trigger, refused: [], elsewhere: refusalsIn(refused) };
}

/**
 * Without the refusals of our own role, and shortened. When `role` is null, our role is not known: then every
 * line counts, because a run without need does no harm.
 */
export function withoutRole(trigger: LogLinesTrigger, role: string | null): LogLinesTrigger {
  const isOurs = ({ user }: Refused) => user !== null && role !== null && isSameRole(user, role);
  const others = trigger.refused.filter((each) => !isOurs(each));
  const own = refusalsIn(trigger.refused) - refusalsIn(others);
  return { ...trigger, refused: shortened(others), own, at: latestOf(others) ?? trigger.at };
}

export function refusalsIn(refused: readonly Refused[]): number {
  return refused.reduce((sum, { count }) => sum + count, 0);
}

/** When the first of these clients was refused. Null when there is none. */
export function sinceOf(refused: readonly Refused[]): string | null {
  return refused.map(({ first }) => first).toSorted()[0] ?? null;
}

/**
 * A secret that rotates between two users names them in turn. The second user has the name of the first with
 * this at its end.
 */
const OTHER_USER = '_clone';

function isSameRole(user: string, role: string): boolean {
  return user === role || user === role + OTHER_USER || user + OTHER_USER === role;
}

/**
 * The trigger as a record keeps it. The times of single lines are many, and they only serve to find our own
 * lines.
 */
export function withoutTimes(trigger: LogLinesTrigger): LogLinesTrigger {
  return { ...trigger, refused: trigger.refused.map(({ times: _, ...refused }) => refused) };
}

/** Sums up the rest of a long list in one entry for each kind, so that the counts stay complete. */
function shortened(refused: readonly Refused[]): readonly Refused[] {
  const rest = Map.groupBy(refused.slice(MOST_REFUSED), ({ kind }) => kind);
  return [...refused.slice(0, MOST_REFUSED), ...[...rest].map(([kind, those]) => merged(kind, those))];
}

function merged(kind: RefusalKind, those: readonly Refused[]): Refused {
  const last = latestOf(those) ?? '';
  return {
    kind,
    user: null,
    database: null,
    address: null,
    count: refusalsIn(those),
    clients: those.length,
    first: sinceOf(those) ?? last,
    last,
  };
}

function latestOf(refused: readonly Refused[]): string | null {
  return (
    refused
      .map(({ last }) => last)
      .toSorted()
      .at(-1) ?? null
  );
}

/** Numbers under the server's own names for them, such as `non-active`. */
export type Figures = Readonly<Record<string, number>>;
