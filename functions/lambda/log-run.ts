import type { RunRecord } from '../core/run/record.ts';
import { logLine } from './log-line.ts';

/** One structured line for a run that ended, whatever becomes of its record. */
export function logRun({ runId, server, mode, outcome, why, attempts, timings, problem }: RunRecord): void {
  logLine('run', { runId, server, mode, outcome, why, attempts: attempts.length, timings, problem });
}
