import { parseArgs } from 'node:util';
import pg from 'pg';
import { answerRequests, tellOf } from './requests.ts';

/** Takes a client out of the pool for each request, and gives none back. */
const { values: given } = parseArgs({
  options: {
    'pool-handler': { type: 'boolean' },
    'client-handler': { type: 'boolean' },
    release: { type: 'boolean' },
  },
});

const pool = new pg.Pool({ max: 100 });
if (given['pool-handler']) pool.on('error', tellOf);

await answerRequests(async () => {
  const client = await pool.connect();
  if (given['client-handler']) client.on('error', tellOf);
  try {
    await client.query('SELECT count(*) FROM orders WHERE paid = $1', [false]);
  } finally {
    if (given.release) client.release();
  }
});
