import { gzipSync } from 'node:zlib';
import { coerceError } from '../core/base/errors.ts';
import type { PlaceInIncident } from '../core/incident/place-in-incident.ts';
import type { LeftOut } from '../render/message/left-out.ts';
import { renderNoPage } from '../render/page/no-page.ts';
import type { PagePlace } from '../render/page/page-facts.ts';
import { type KnownRun, placeOfRun } from './known-run.ts';
import type { RunPlace } from './remember-run.ts';
import type { Keep, KeptAs, ReportPorts } from './report-ports.ts';
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

/** The place of a run in its incident, with the addresses of what its page links to. Never throws. */
export async function pagePlaceOf(
  { key: server }: KnownRun,
  place: RunPlace,
  keep: Keep,
): Promise<PagePlace | null> {
  if (place === null || place === 'unknown' || place === 'closed' || server === null) return null;
  const urlOf = ({ id: runId, at: startedAt, hasPage }: PlaceInIncident['earlier'][number]) =>
    hasPage ? keep.urlOf({ server, startedAt, runId }, 'page').catch(() => null) : null;
  const earlier = await Promise.all(place.earlier.map(async (run) => ({ ...run, url: await urlOf(run) })));
  return { ...place, earlier, indexUrl: await keep.index.urlOf(server).catch(() => null) };
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
