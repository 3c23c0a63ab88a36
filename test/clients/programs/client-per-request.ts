import { parseArgs } from 'node:util';
import pg from 'pg';
import { answerRequests, tellOf } from './requests.ts';

/** Connects for each request, and never disconnects. */
const { values: given } = parseArgs({
  options: { 'client-handler': { type: 'boolean' }, end: { type: 'boolean' } },
});

await answerRequests(async () => {
  const client = new pg.Client();
  if (given['client-handler']) client.on('error', tellOf);
  await client.connect();
  try {
    await client.query('SELECT count(*) FROM orders WHERE paid = $1', [false]);
  } finally {
    if (given.end) await client.end();
  }
});
