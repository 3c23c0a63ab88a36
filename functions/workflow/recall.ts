import type { Recall } from '../core/memory.ts';
import type { Run } from './run.ts';

/** What memory holds of the server. A run that goes by something else than its policy leaves a line about it. */
export async function recall({ ports, request }: Pick<Run, 'ports' | 'request'>): Promise<Recall | null> {
  const recalled = await ports.recall();
  const { runId } = request;
  if (recalled?.kind === 'unreadable') ports.log('memory-unreadable', { runId, ...recalled.problem });
  else if (recalled?.paused) ports.log('paused', { runId, ...recalled.paused });
  return recalled;
}
