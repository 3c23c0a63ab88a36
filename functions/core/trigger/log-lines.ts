import type { RefusalKind } from '../base/refusal-kind.ts';

/** What a log subscription brought. */
export type LogLinesTrigger = {
  readonly kind: 'log-lines';
  /** Of the latest refusal; ISO 8601, UTC. Without a refusal, of the latest line. */
  readonly at: string;
  /** The server's, or one of its clients' own. */
  readonly logGroup: string;
  /** In a log group that servers share, it names the server: `<instance>.<number>`. */
  readonly logStream: string;
  readonly lines: number;
  /** Those who were refused, by how often. They are the ones without a slot, never those who took them. */
  readonly refused: readonly Refused[];
  /** Refusals of our own role, which is what getting in looks like: they must not start us, nor count as evidence. */
  readonly own: number;
  /** Refusals that were taken off because our own tries left as many lines, which do not name a role. Absent where none were. */
  readonly tries?: number | undefined;
  /** Refusals by another server that shares the log group. */
  readonly elsewhere: number;
  /** What the server said of its slots with the latest refusal, by its own words; GaussDB and openGauss do. */
  readonly figures: Figures | null;
};

/** Refusals alike in everything but their time; null where the lines do not tell. */
export type Refused = {
  readonly kind: RefusalKind;
  readonly user: string | null;
  readonly database: string | null;
  readonly address: string | null;
  readonly count: number;
  /** How many clients these are: 1, or more for the rest of a long list. */
  readonly clients: number;
  /** ISO 8601, UTC. */
  readonly first: string;
  readonly last: string;
  /**
   * When each line was written that may be of our own tries, milliseconds since the epoch; only until these are taken off, and
   * in no record.
   */
  readonly times?: readonly number[] | undefined;
};

/** The record travels with them, and nobody reads more. */
const MOST_REFUSED = 20;

/** Without the lines of another server; `stream` names this one in a log group that it shares, null when it shares none. */
export function ofStream(trigger: LogLinesTrigger, stream: string | null): LogLinesTrigger {
  const { logStream, refused } = trigger;
  if (stream === null || logStream === stream || logStream.startsWith(`${stream}.`)) return trigger;
  return { ...trigger, refused: [], elsewhere: refusalsIn(refused) };
}

/**
 * Without our own role's refusals, and no longer than it need be. `role` is null when nobody knows it: then every line
 * counts, for acting in vain does no harm.
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

/** When the first of them was refused; null without any. */
export function sinceOf(refused: readonly Refused[]): string | null {
  return refused.map(({ first }) => first).toSorted()[0] ?? null;
}

/** A secret that rotates between two users names now one, now the other, which is the first with this at its end. */
const OTHER_USER = '_clone';

function isSameRole(user: string, role: string): boolean {
  return user === role || user === role + OTHER_USER || user + OTHER_USER === role;
}

/** As it is kept: the times of single lines are many, and only our own are found by them. */
export function withoutTimes(trigger: LogLinesTrigger): LogLinesTrigger {
  return { ...trigger, refused: trigger.refused.map(({ times: _, ...refused }) => refused) };
}

/** The rest of a long list is one entry for each kind: the counts stay whole. */
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

/** Numbers by the server's own names for them, such as `non-active`. */
export type Figures = Readonly<Record<string, number>>;
