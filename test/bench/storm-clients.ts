/** Clients that are refused and come again, as pools do. `storm-process.ts` starts them, and they end with it. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Hits, STORM_VARIABLE, type StormOrder } from './storm-process.ts';

const { connection, clients, backoffMs }: StormOrder = JSON.parse(process.env[STORM_VARIABLE] ?? '{}');
const hits: { -readonly [Fact in keyof Hits]: Hits[Fact] } = { refused: 0, in: 0, otherwise: 0 };

async function comeAgain(): Promise<never> {
  // A random start, so that they do not all come at the same moment.
  await sleep(Math.random() * backoffMs);
  for (;;) {
    const client = new pg.Client(connection);
    client.on('error', () => {});
    try {
      await client.connect();
      hits.in += 1;
    } catch (error) {
      const isRefusal = error instanceof pg.DatabaseError && error.code === '53300';
      hits[isRefusal ? 'refused' : 'otherwise'] += 1;
    }
    await client.end().catch(() => {});
    await sleep(backoffMs);
  }
}

process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.(hits));
await Promise.all(Array.from({ length: clients }, comeAgain));
