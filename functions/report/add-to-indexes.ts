import type { Attempts } from './count-attempts.ts';
import type { ReportPorts } from './report-ports.ts';
import { type RunForIndex, updateIndexes } from './update-index.ts';

/** Adds a run to the indexes, last of all. Never throws: an index that could not be written is counted. */
export async function addToIndexes(
  found: RunForIndex,
  begunAt: number,
  { attempt }: Attempts,
  ports: ReportPorts,
): Promise<void> {
  const { keep } = ports;
  if (keep !== null) await attempt('index', () => updateIndexes(found, keep, begunAt, ports));
}
