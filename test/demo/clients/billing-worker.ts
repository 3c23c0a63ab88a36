import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connection, tell } from './parent.ts';

/**
 * The leak: one client of a pool for each job, and none released. It grows until the server refuses it, and then stands
 * still with everything it holds.
 */
const pool = new pg.Pool({ ...connection(), application_name: 'billing-worker', max: 1_000 });
pool.on('error', () => {});

for (;;) {
  try {
    const client = await pool.connect();
    client.on('error', () => {});
    client.once('end', () => tell('lost'));
    await client.query('SELECT sum(amount) FROM invoices WHERE paid = $1', [false]);
    tell('leaked');
  } catch (error) {
    tell(error instanceof pg.DatabaseError && error.code === '53300' ? 'refused' : 'failed');
    break;
  }
  await sleep(150);
}
setInterval(() => {}, 60_000);
