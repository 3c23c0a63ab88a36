import * as z from 'zod/mini';
import { fields, flag, textOrNull } from '../base/kept-fields.ts';
import type { ReadOnly } from '../base/read-only.ts';
import type { RunRecord } from '../run/record.ts';

/** What a run found out about its database for those that plan the next runs. */
export const factsSchema = fields({
  /** The code of the problem that kept it out of a server that was not full; null when it got in. */
  failedBy: textOrNull,
  /** Whether at least 40 % of the slots were in use; null when it did not count them. */
  isBusy: z.nullable(flag),
  /**
   * When the run was asked for, by the clock of the function that plans the next one; null in facts of older versions. A clock that
   * is minutes off would else change how long a database waits after a failure.
   */
  askedAt: z._default(textOrNull, null),
});
export type RunFacts = ReadOnly<z.output<typeof factsSchema>>;

/** A server that is full answers, and is in need of the next run. */
const FULL: ReadonlySet<string> = new Set([
  'connect-full',
  'connect-role-limit',
  'connect-database-limit',
  'connect-half-open',
]);

/** From this share of the slots on, a database is swept in each period. */
const BUSY_FROM = 0.4;
/** A database that was busy is so until fewer are in use, so that one at the edge does not change each time. */
const BUSY_UNTIL = 0.35;

export function factsOfRun(
  { outcome, problem, plan, trigger }: Pick<RunRecord, 'outcome' | 'problem' | 'plan' | 'trigger'>,
  wasBusy: boolean,
): RunFacts {
  const isFailure = outcome === 'cannot-connect' || outcome === 'failed';
  const code = isFailure ? (problem?.code ?? 'unexpected') : null;
  const server = plan?.pressure.find(({ scope }) => scope.kind === 'server');
  const least = wasBusy ? BUSY_UNTIL : BUSY_FROM;
  return {
    failedBy: code === null || FULL.has(code) ? null : code,
    isBusy: server === undefined ? null : server.used >= least * server.usable,
    askedAt: trigger.at,
  };
}

/** Clocks may differ by this much. A moment that is later would delay the next tries. */
const MOST_APART_MS = 10 * 60_000;
/**
 * An event may wait this long, and a report may be delivered again for this long. An earlier moment only brings the next try
 * sooner.
 */
const MOST_OLD_MS = 10 * 60_000;

/** The moment of what a run found: that at which it was asked for, unless it is no moment of about now. */
export function momentOfFacts({ askedAt }: RunFacts, now: number): string {
  const asked = Date.parse(askedAt ?? '');
  const isAboutNow = asked - now <= MOST_APART_MS && now - asked <= MOST_APART_MS + MOST_OLD_MS;
  return new Date(isAboutNow ? asked : now).toISOString();
}

/** A failure of the way to a server, of which many come together when a network or a region fails. */
const OUT_OF_REACH: ReadonlySet<string> = new Set([
  'connect-unreachable',
  'connect-failed',
  'connect-tls',
  // IAM refuses like this when the tag went between the last look at the API and the login.
  'connect-authentication',
  'connect-denied',
  'deadline-near',
  // The run has touched nothing: its event waited too long, or its tables did not answer.
  'expired',
  'registry-unreadable',
  'memory-unreadable',
]);

export function isOutOfReach(failedBy: string | null): boolean {
  return failedBy !== null && OUT_OF_REACH.has(failedBy);
}
