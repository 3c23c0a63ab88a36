import { availableParallelism } from 'node:os';

const PAGE = 4_096;
const PAGES = 16_384;
/** A usual machine takes 20 to 30. Where pages cost more than these, so do processes, of which the tests start thousands. */
const USUAL_MS = 100;

/**
 * How many test files run at a time. Most tests wait for a server: Vitest's own choice, one worker less than cores, would leave
 * two cores idle. On a machine that starts processes slowly the tests wait for CPU, and more workers only make each of them slower.
 */
export function workerCount(pagesMs = cpuMsOfPages()): number {
  return availableParallelism() + (pagesMs > USUAL_MS ? 1 : 4);
}

/** The CPU time that the system takes to hand out 64 MB of memory, in ms. */
function cpuMsOfPages(): number {
  const before = process.cpuUsage();
  const memory = Buffer.allocUnsafeSlow(PAGES * PAGE);
  for (let at = 0; at < memory.length; at += PAGE) memory[at] = 1;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
