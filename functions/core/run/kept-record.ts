import { plainName } from '../base/plain-name.ts';
import type { Outcome } from './outcome.ts';
import type { Reduction, RunRecord } from './record.ts';
import { isStuck } from './run-lock.ts';

/** A record as it is kept: readable, and with what had to be left out of it. */
export type KeptRecord = RunRecord & { readonly reduced: readonly Reduction[] };

/** What says where a record is kept. */
export type KeptRun = Pick<RunRecord, 'server' | 'startedAt' | 'runId'>;

/** Nothing was looked into, or nothing was found. */
const QUIET: ReadonlySet<Outcome> = new Set(['healthy', 'busy', 'muted', 'stale', 'off']);

/** A run that acted, would have acted, failed, or has something to explain; quiet ones are only counted. */
export function isWorthKeeping(
  record: Pick<RunRecord, 'outcome' | 'attempts'> & Partial<Pick<RunRecord, 'lock'>>,
): boolean {
  return record.attempts.length > 0 || !QUIET.has(record.outcome) || isStuck(record);
}

/** `<server>/<yyyy>/<mm>/<dd>/<run id>`, by the day on which the run began, UTC. One run always gets one place. */
export function placeOf({ server, startedAt, runId }: KeptRun): string {
  return [server, ...startedAt.slice(0, 10).split('-'), runId].map(plainName).join('/');
}
