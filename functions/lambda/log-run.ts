import type { RunRecord } from '../core/run/record.ts';
import { logLine } from './log-line.ts';

/** Writes one structured line for a run that ended, so that the log has its outcome even if the record is lost. */
export function logRun({ runId, server, mode, outcome, why, attempts, timings, problem }: RunRecord): void {
  logLine('run', { runId, server, mode, outcome, why, attempts: attempts.length, timings, problem });
}
