import { RemediationError } from '../core/base/errors.ts';
import { addToIndex, type IndexEntry } from '../core/incident/add-to-index.ts';
import { type IndexedRun, NO_INCIDENTS } from '../core/incident/incident-index.ts';
import { readIndex } from './index-file.ts';
import type { KnownRun } from './known-run.ts';
import type { ReportedRun, RunPlace } from './remember-run.ts';
import type { Keep, ReportPorts } from './report-ports.ts';

/** Losing a race means that another report has won it. */
const TRIES = 8;
/** A report that has taken this long leaves the index to the next one. The function has 30 s. */
const LATEST_MS = 18_000;

/** What an index needs to know about a run. */
export type RunForIndex = {
  readonly run: KnownRun;
  readonly summary: ReportedRun['summary'];
  readonly place: RunPlace;
  readonly hasPage: boolean;
};

/**
 * Adds a run to the index of its server and to that of all servers of the region. Runs that belong to no
 * incident change nothing. @throws RemediationError `record-not-kept` or `out-of-budget`: the message and the
 * record are out by then.
 */
export async function updateIndexes(
  found: RunForIndex,
  keep: Keep,
  begunAt: number,
  ports: Pick<ReportPorts, 'now' | 'sleep'>,
): Promise<void> {
  const entry = entryOf(found);
  if (entry === null) return;
  for (const server of [entry.server, null]) await update(server, entry, keep, begunAt, ports);
}

/** Without a memory, each kept run is an incident of its own. */
function entryOf({ run, summary, place, hasPage }: RunForIndex): IndexEntry | null {
  const { runId, key: server, head } = run;
  if (server === null || place === null || (place === 'unknown' && !hasPage)) return null;
  const { startedAt, outcome, mode, cause, culprit, ended } = summary;
  const indexed: IndexedRun = {
    ...{ id: runId, at: startedAt, outcome, mode, ended, hasPage },
    used: head?.before?.used ?? null,
    after: head?.after?.used ?? null,
    usable: head?.before?.usable ?? null,
  };
  const own = { id: runId, openedAt: startedAt, runs: 1, ended };
  const incident = place === 'closed' ? null : place === 'unknown' ? own : place.incident;
  const named = run.server !== null && run.server !== server ? { name: run.server } : {};
  return { server, ...named, incident, run: indexed, nature: { cause, culprit } };
}

/** Reads, adds and writes on the condition that nothing was written since, so that no incident is lost. */
async function update(
  server: string | null,
  entry: IndexEntry,
  keep: Keep,
  begunAt: number,
  { now, sleep }: Pick<ReportPorts, 'now' | 'sleep'>,
): Promise<void> {
  const { drawIndex } = await import('./draw-index.ts');
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (now() - begunAt > LATEST_MS)
      throw new RemediationError('out-of-budget', 'No time was left to write the index of incidents.');
    const before = await keep.index.read(server);
    const known = before === null ? NO_INCIDENTS : readIndex(before.page);
    const index = addToIndex(known, entry, now());
    if (index === known) return;
    const page = await drawIndex(server, index, keep);
    if (await keep.index.write(server, page, before?.version ?? null)) return;
    await sleep(50 * 2 ** tries * Math.random());
  }
  const message = `The index of incidents was overtaken by other reports ${TRIES} times. The next report of the incident writes it again.`;
  throw new RemediationError('record-not-kept', message);
}
