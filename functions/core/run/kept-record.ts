import { plainName } from '../base/plain-name.ts';
import type { Reduction, RunRecord } from './record.ts';

/** A record as it is kept: readable, with the names of the parts that were left out. */
export type KeptRecord = RunRecord & { readonly reduced: readonly Reduction[] };

/** The facts that decide where a record is kept. */
export type KeptRun = Pick<RunRecord, 'server' | 'startedAt' | 'runId'>;

/**
 * `<server>/<yyyy>/<mm>/<dd>/<run id>`, with the UTC day on which the run began. Each run always gets the
 * same place.
 */
export function placeOf({ server, startedAt, runId }: KeptRun): string {
  return [server, ...startedAt.slice(0, 10).split('-'), runId].map(plainName).join('/');
}
