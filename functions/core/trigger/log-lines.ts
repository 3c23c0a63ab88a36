import type * as z from 'zod/mini';
import { DEFAULT_DATABASE } from '../base/maintenance-database.ts';
import type { ReadOnly } from '../base/read-only.ts';
import type { RefusalKind } from '../base/refusal-kind.ts';
import type { triggerSchema } from './trigger-schema.ts';

type KeptLines = Extract<ReadOnly<z.output<typeof triggerSchema>>, { kind: 'log-lines' }>;

/** What a log subscription delivered. */
export type LogLinesTrigger = Omit<KeptLines, 'refused'> & { readonly refused: readonly Refused[] };

/** Refusals that differ in their time only. A fact that the lines do not tell is null. */
export type Refused = KeptLines['refused'][number] & {
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
 * Without the refusals of our own role, and shortened. A line that names no role, but the database that only our role can
 * connect to, is ours as well. When `role` is null, our role is not known: then every line that names one counts, because a
 * run without need does no harm.
 */
export function withoutRole(trigger: LogLinesTrigger, role: string | null): LogLinesTrigger {
  const isOurs = ({ user, database }: Refused) =>
    user === null ? database === DEFAULT_DATABASE : role !== null && isSameRole(user, role);
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
export type Figures = NonNullable<KeptLines['figures']>;
