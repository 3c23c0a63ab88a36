import { parseArgs } from 'node:util';
import pg from 'pg';
import { answerRequests, tellOf } from './requests.ts';

/** A pool that grows with its first burst and keeps what it has. A request says how many queries come at once. */
const { values: given } = parseArgs({
  options: {
    'pool-handler': { type: 'boolean' },
    max: { type: 'string', default: '10' },
    idleTimeoutMillis: { type: 'string', default: '0' },
  },
});

const pool = new pg.Pool({ max: Number(given.max), idleTimeoutMillis: Number(given.idleTimeoutMillis) });
if (given['pool-handler']) pool.on('error', tellOf);

await answerRequests(async (request) => {
  const query = () => pool.query('SELECT count(*) FROM orders WHERE paid = $1', [false]);
  await Promise.all(Array.from({ length: Number(request) }, query));
});
