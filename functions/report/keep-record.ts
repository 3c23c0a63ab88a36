import { gzipSync } from 'node:zlib';
import { coerceError } from '../core/base/errors.ts';
import type { LeftOut } from '../render/message/left-out.ts';
import { renderNoPage } from '../render/page/no-page.ts';
import { type KnownRun, placeOfRun } from './known-run.ts';
import type { KeptAs, ReportPorts } from './report-ports.ts';
import type { ReadRun } from './report-steps.ts';

/**
 * Keeps the record of a run, if it is worth it; what could not be read is kept as it came. True when it is kept. Never
 * throws: a bucket that cannot be written must not cost the message.
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

/** Keeps the page where the message said that it is; without a page, a line there says why. Never throws. */
export async function keepPage(
  run: KnownRun,
  page: string | null,
  leftOut: readonly LeftOut[],
  ports: ReportPorts,
): Promise<void> {
  const text = page ?? renderNoPage(run, leftOut);
  await put(run, 'page', new TextEncoder().encode(text), ports);
}

/** Where people can see it; null where nothing is kept. Never throws. */
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
