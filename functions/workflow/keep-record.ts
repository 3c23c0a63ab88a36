import { coerceError } from '../core/errors.ts';
import { isWorthKeeping } from '../core/kept-record.ts';
import type { Reduction, RunRecord } from '../core/record.ts';
import type { ReportPorts } from './ports.ts';

/**
 * Keeps the record of a run, if it is worth it, and tells where people can see it: null when it is nowhere. Never throws:
 * a bucket that cannot be written must not cost the message.
 */
export async function keepRecord(
  record: RunRecord,
  reduced: readonly Reduction[],
  { keep, count, log }: ReportPorts,
): Promise<string | null> {
  if (keep === null || !isWorthKeeping(record)) return null;
  try {
    return await keep({ ...record, reduced });
  } catch (thrown) {
    log('record-not-kept', {
      runId: record.runId,
      server: record.server,
      ...coerceError(thrown).toProblem(),
    });
    count({ kind: 'own', metrics: [{ name: 'recordsNotKept', unit: 'Count', value: 1 }] });
    return null;
  }
}
