import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connection, tell } from './parent.ts';

/** The healthy neighbour: a pool of four that is always at work, and would notice at once if one of them were ended. */
const pool = new pg.Pool({
  ...connection(),
  application_name: 'storefront',
  max: 4,
  min: 4,
  idleTimeoutMillis: 0,
});
pool.on('error', () => tell('failed'));

async function serveCustomers(): Promise<never> {
  for (;;) {
    try {
      await pool.query('SELECT count(*) FROM invoices WHERE amount > $1', [Math.random() * 100]);
      tell('served');
    } catch {
      tell('failed');
    }
    await sleep(20 + Math.random() * 30);
  }
}

await Promise.all(Array.from({ length: 4 }, serveCustomers));
