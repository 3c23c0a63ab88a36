import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../support/postgres-server.ts';
import { startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole } from '../support/roles.ts';
import { openDatabase } from '../support/targets.ts';

const AURORA_VERSION = `CREATE FUNCTION aurora_version() RETURNS text LANGUAGE sql AS $$ SELECT '16.6.0' $$`;

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  beforeAll(async () => {
    server = await startServer({ version });
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());

  const provider = async () => {
    const database = await openDatabase(server, headroom);
    try {
      return (await database.readSnapshot()).server.provider;
    } finally {
      await database.close();
    }
  };

  test.each([
    ['nobody else', null, ['SELECT 1'], ['SELECT 1']],
    ['Amazon RDS', 'rds', ['CREATE ROLE rds_superuser'], ['DROP ROLE rds_superuser']],
    [
      'Amazon Aurora, which has that role as well',
      'aurora',
      ['CREATE ROLE rds_superuser', AURORA_VERSION],
      ['DROP ROLE rds_superuser', 'DROP FUNCTION aurora_version()'],
    ],
    ['Azure', 'azure', ['CREATE ROLE azure_pg_admin'], ['DROP ROLE azure_pg_admin']],
    ['Google', 'google', ['CREATE ROLE cloudsqlsuperuser'], ['DROP ROLE cloudsqlsuperuser']],
  ])('the snapshot says that the server is run by %s', async (_, expected, marks, unmark) => {
    for (const statement of marks) await server.query(statement);
    try {
      expect(await provider()).toBe(expected);
    } finally {
      for (const statement of unmark) await server.query(statement);
    }
  });

  test('a router of Aurora Limitless is refused, and another server with such a database is not', async () => {
    await server.query('CREATE DATABASE postgres_limitless');
    expect(await provider()).toBeNull();
    await server.query(AURORA_VERSION);
    try {
      await expect(provider()).rejects.toMatchObject({ code: 'server-unsupported' });
    } finally {
      await server.query('DROP FUNCTION aurora_version()');
      await server.query('DROP DATABASE postgres_limitless');
    }
  });
});
