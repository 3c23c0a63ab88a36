import type { RunRecord } from '../run/record.ts';

/** How many clients were refused, as far as the server's log was read. */
export function refusedClients({ trigger }: Pick<RunRecord, 'trigger'>): number {
  return trigger.kind === 'log-lines' ? trigger.refused.reduce((sum, { clients }) => sum + clients, 0) : 0;
}
