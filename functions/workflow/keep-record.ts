import { coerceError } from '../core/errors.ts';
import { isWorthKeeping, type KeptRecord } from '../core/kept-record.ts';
import type { Reduction, RunRecord } from '../core/record.ts';
import { drawPage } from './draw-page.ts';
import type { ReportPorts } from './ports.ts';

/**
 * Keeps the record of a run and its page, if it is worth it, and tells where people can see the page, or else the record:
 * null when both are nowhere. Never throws: a bucket that cannot be written must not cost the message, and a page that
 * cannot be drawn not the record.
 */
export async function keepRecord(
  record: RunRecord,
  reduced: readonly Reduction[],
  ports: ReportPorts,
): Promise<string | null> {
  const { keep } = ports;
  if (keep === null || !isWorthKeeping(record)) return null;
  const kept: KeptRecord = { ...record, reduced };
  const [recordUrl, pageUrl] = await Promise.all([
    orNull('record-not-kept', record, () => keep(kept), ports),
    orNull('page-not-kept', record, async () => keep(kept, await drawPage(kept)), ports),
  ]);
  return pageUrl ?? recordUrl;
}

/** Where it is, or null after a line in the log and a count. */
async function orNull(
  event: string,
  { runId, server }: RunRecord,
  keep: () => Promise<string>,
  { count, log }: ReportPorts,
): Promise<string | null> {
  try {
    return await keep();
  } catch (thrown) {
    log(event, { runId, server, ...coerceError(thrown).toProblem() });
    count({ kind: 'own', metrics: [{ name: 'recordsNotKept', unit: 'Count', value: 1 }] });
    return null;
  }
}
