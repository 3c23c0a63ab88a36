import pg from 'pg';
import { connection, tell } from './parent.ts';

/** One long query. */
const client = new pg.Client({ ...connection(), application_name: 'monthly-report' });
client.on('error', () => {});
await client.connect();
tell('connected');
client.query('SELECT pg_sleep(600)').catch(() => tell('failed'));
