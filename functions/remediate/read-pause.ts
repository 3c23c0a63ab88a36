import { pauseAt, type Recall } from '../core/run/pause.ts';
import type { Run } from './run.ts';

/**
 * What memory holds of the server, without a pause that has expired. If memory cannot be read or runs are paused, the run
 * does not act by its policy alone, so it logs that.
 */
export async function readPause({ ports, request }: Pick<Run, 'ports' | 'request'>): Promise<Recall | null> {
  const recalled = await ports.recall();
  const { runId } = request;
  if (recalled?.kind === 'unreadable') ports.log('memory-unreadable', { runId, ...recalled.problem });
  if (recalled?.kind !== 'read') return recalled;
  const paused = pauseAt(recalled.paused, ports.now());
  if (paused !== null) ports.log('paused', { runId, ...paused });
  return { ...recalled, paused };
}
