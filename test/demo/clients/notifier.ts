import pg from 'pg';
import { connection, tell } from './parent.ts';

/** Waits for notifications: idle for hours, and never noticing if it were ended. */
async function listen(): Promise<void> {
  const client = new pg.Client({ ...connection(), application_name: 'notifier' });
  client.on('error', () => tell('failed'));
  client.on('notification', () => tell('notified'));
  await client.connect();
  await client.query('LISTEN orders');
  tell('listening');
}

await Promise.all([listen(), listen()]);
