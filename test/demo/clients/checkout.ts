import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connection, tell } from './parent.ts';

/** An ordinary client that comes too late: it is refused, and tries again until it gets in. */
for (;;) {
  const client = new pg.Client({ ...connection(), application_name: 'checkout' });
  client.on('error', () => {});
  try {
    await client.connect();
    tell('connected');
    break;
  } catch (error) {
    tell(error instanceof pg.DatabaseError && error.code === '53300' ? 'refused' : 'failed');
    await sleep(25 + Math.random() * 25);
  }
}
