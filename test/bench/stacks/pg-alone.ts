/** The smallest function that can free slots: a handler with the driver, and the statement that people paste. */
import { readFileSync } from 'node:fs';
import pg from 'pg';

const { COLD_HOST, COLD_PORT, COLD_USER, COLD_CA = '', COLD_APPLICATION } = process.env;

export async function handler(): Promise<void> {
  const client = new pg.Client({
    host: COLD_HOST,
    port: Number(COLD_PORT),
    user: COLD_USER,
    database: 'postgres',
    ssl: { ca: readFileSync(COLD_CA, 'utf8') },
  });
  await client.connect();
  const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND application_name = $1`;
  await client.query(text, [COLD_APPLICATION]);
  await client.end();
}
