import { plainName } from '../base/plain-name.ts';
import type { Reduction, RunRecord } from './record.ts';

/** A record as it is kept: readable, and with what had to be left out of it. */
export type KeptRecord = RunRecord & { readonly reduced: readonly Reduction[] };

/** What says where a record is kept. */
export type KeptRun = Pick<RunRecord, 'server' | 'startedAt' | 'runId'>;

/** `<server>/<yyyy>/<mm>/<dd>/<run id>`, by the day on which the run began, UTC. One run always gets one place. */
export function placeOf({ server, startedAt, runId }: KeptRun): string {
  return [server, ...startedAt.slice(0, 10).split('-'), runId].map(plainName).join('/');
}
