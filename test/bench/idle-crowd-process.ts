/** The process of clients that open idle sessions on command. `idle-crowd.ts` starts it, and it ends with that. */
import pg from 'pg';
import type { CrowdOrder } from './idle-crowd.ts';

/** So many keep two cores busy. */
const AT_ONCE = 8;

async function open({ connection, application, count }: CrowdOrder): Promise<void> {
  let left = count;
  const openSome = async () => {
    while (left > 0) {
      left -= 1;
      const client = new pg.Client({ ...connection, application_name: application });
      client.on('error', () => {});
      await client.connect();
      await client.query('SELECT 1');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, openSome));
}

process.on('disconnect', () => process.exit());
process.on('message', (order: CrowdOrder) => void open(order).then(() => process.send?.('open')));
