import { gzipSync } from 'node:zlib';
import { coerceError } from '../core/base/errors.ts';
import type { LeftOut } from '../render/message/left-out.ts';
import { renderNoPage } from '../render/page/no-page.ts';
import { type KnownRun, placeOfRun } from './known-run.ts';
import type { KeptAs, ReportPorts } from './report-ports.ts';
import type { ReadRun } from './report-steps.ts';

/**
 * Stores the record of a run, if it is worth keeping. A record that cannot be read is stored as it came. True
 * when it is stored. Never throws: the message must get out even if the bucket cannot be written.
 */
export async function keepRecord(
  run: KnownRun,
  read: ReadRun | null,
  payload: unknown,
  ports: ReportPorts,
): Promise<boolean> {
  if (read !== null && read.kept === null) return false;
  return put(run, 'record', read?.kept ?? gzipSync(JSON.stringify(payload ?? null)), ports);
}

/**
 * Stores the page under the address that the message has. Without a page, it stores a line that says why.
 * Never throws.
 */
export async function keepPage(
  run: KnownRun,
  page: string | null,
  leftOut: readonly LeftOut[],
  ports: ReportPorts,
): Promise<void> {
  const text = page ?? renderNoPage(run, leftOut);
  await put(run, 'page', new TextEncoder().encode(text), ports);
}

/** The address where people can see it. Null when nothing is stored. Never throws. */
export async function urlOf(run: KnownRun, as: KeptAs, { keep, now }: ReportPorts): Promise<string | null> {
  return keep === null ? null : keep.urlOf(placeOfRun(run, now()), as).catch(() => null);
}

async function put(
  run: KnownRun,
  as: KeptAs,
  bytes: Uint8Array<ArrayBuffer>,
  { keep, count, log, now }: ReportPorts,
): Promise<boolean> {
  if (keep === null) return false;
  const { runId, server } = run;
  try {
    await keep.put(placeOfRun(run, now()), as, bytes);
    return true;
  } catch (thrown) {
    log(`${as}-not-kept`, { runId, server, ...coerceError(thrown).toProblem() });
    count({ kind: 'own', metrics: [{ name: 'recordsNotKept', unit: 'Count', value: 1 }] });
    return false;
  }
}
