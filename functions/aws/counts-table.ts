import { parseWarningDocument, warningDocument } from '../core/warning/warning-document.ts';
import type { CountsStore } from '../report/report-ports.ts';
import { withClient } from './memory-table.ts';

/** Few runs are close to a warning, and none of them ends sessions, so that they can wait a little. */
const LIMITS = { attempts: 2, withinMs: 2_000 } as const;

/** No server has a slash in its name. */
const keyOfCounts = (server: string) => ({ server: { S: `${server}/counts` } });

/**
 * The counts in an item of their own beside each memory. Whichever report writes last wins: a count that is lost in a
 * race changes no warning for long.
 */
export function countsIn(table: string, withinMs: number = LIMITS.withinMs): CountsStore {
  const abortSignal = () => ({ abortSignal: AbortSignal.timeout(withinMs) });
  return {
    read: async (server) => {
      const { GetItemCommand } = await import('./dynamodb.ts');
      const command = new GetItemCommand({ TableName: table, Key: keyOfCounts(server) });
      const { Item } = await withClient(LIMITS, undefined, (client) => client.send(command, abortSignal()));
      return parseWarningDocument(Item?.counts?.S ?? '');
    },
    write: async (server, state) => {
      const { PutItemCommand } = await import('./dynamodb.ts');
      const Item = { ...keyOfCounts(server), counts: { S: warningDocument(state) } };
      const command = new PutItemCommand({ TableName: table, Item });
      await withClient(LIMITS, undefined, (client) => client.send(command, abortSignal()));
    },
    past: async (...asked) => {
      // Few reports warn, so the code that signs a request is loaded where one does.
      const { vendedConnections } = await import('./vended-connections.ts');
      return await vendedConnections(...asked);
    },
  };
}
