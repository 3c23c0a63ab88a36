import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BEGIN_SESSION } from '../../functions/postgres/postgresql/sql/begin-session.ts';
import { startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';

/** The timer of a transaction, which the owner of the database started before our first statement. */

const OWNERS_MS = 500;

describe.each(VERSIONS.filter((version) => version >= 17))('PostgreSQL %i', (version) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ version });
  });
  afterAll(() => server.stop());

  test('our first statement stops the timer that runs, and our own one begins', async () => {
    const client = await server.connect();
    await client.query('BEGIN');
    await client.query(`SET transaction_timeout = ${OWNERS_MS}`);
    const { rows } = await client.query(BEGIN_SESSION, [Reflect.get(client, 'processID')]);
    await client.query('SELECT pg_catalog.pg_sleep($1)', [(2 * OWNERS_MS) / 1_000]);
    const shown = await client.query('SHOW transaction_timeout');
    expect([rows[0].foreign, shown.rows]).toEqual([null, [{ transaction_timeout: '10s' }]]);
    await client.end();
  });
});
