import { describe, expect, test } from 'vitest';
import { technologyOf } from '../../../functions/core/server/client-technology.ts';
import { isTool } from '../../../functions/core/server/developer-tools.ts';
import { statementShape } from '../../../functions/core/server/statement-shape.ts';
import { someSessions } from '../../support/builders.ts';

const lastOf = (...statements: readonly (string | null)[]) =>
  statements.flatMap((text, at) =>
    someSessions(1, at + 1, { lastStatement: text === null ? null : statementShape(text) }),
  );

describe('a client is known', () => {
  test.each([
    ['psql', 'psql', true],
    ['pgbench', 'pgbench', true],
    ['PostgreSQL JDBC Driver', 'jdbc', true],
    ['DBeaver 24.1.0 - SQLEditor <Script-3.sql>', 'gui', true],
    ['pgAdmin 4 - CONN:7712', 'gui', true],
    ['DataGrip 2026.1', 'gui', true],
    ['postgres_exporter', 'monitoring', true],
    ['PgHero', 'monitoring', true],
    ['pgbouncer', 'pooler', true],
    ['flink-orders', 'jdbc', false],
    ['HikariPool-1', 'jdbc', false],
    ['celery worker', 'psycopg2', false],
    ['airflow scheduler', 'sqlalchemy', false],
    ['puma: cluster worker 0', 'activerecord', false],
    ['nodejs', 'node-postgres', false],
    ['Prisma', 'prisma', false],
  ])('%j by its name', (application, technology, certain) => {
    expect(technologyOf(application, [])).toEqual({ technology, certain });
  });

  test.each([
    [
      'pgjdbc prepares its sessions',
      'orders',
      ['SELECT 1', 'SET extra_float_digits = 3', 'COMMIT', 'SELECT 2'],
      'jdbc',
    ],
    ['a fresh Hikari pool', 'orders', ['SHOW TRANSACTION ISOLATION LEVEL', null], 'jdbc'],
    ['psycopg2’s pool and SQLAlchemy roll back', '', ['ROLLBACK', 'ROLLBACK', 'SELECT 1'], 'psycopg2'],
  ])('by its habits: %s', (_, application, statements, technology) => {
    expect(technologyOf(application, lastOf(...statements))).toEqual({ technology, certain: false });
  });

  test.each([
    ['a name of one’s own', 'billing-worker', ['SELECT 1']],
    ['no name and no habit', '', ['SELECT 1', 'COMMIT', 'BEGIN']],
    ['SQLAlchemy’s spelling of JDBC’s question', '', ['show transaction isolation level']],
    ['a named client that rolls back', 'billing-worker', ['ROLLBACK', 'ROLLBACK']],
    ['a few that roll back', '', ['ROLLBACK', 'SELECT 1', 'SELECT 2']],
    ['nothing that was ever run', '', [null]],
    ['no session', '', []],
    ['a name that only contains a tool’s', 'my-psql-job', []],
    ['an exporter of another kind', 'node-exporter', []],
  ])('not by %s', (_, application, statements) => {
    expect(technologyOf(application, lastOf(...statements))).toBeNull();
  });

  test('as a tool that people leave open', () => {
    expect(['psql', 'DBeaver 24.1', 'TablePlus', 'pgbench', 'web', ''].filter(isTool)).toEqual([
      'psql',
      'DBeaver 24.1',
      'TablePlus',
    ]);
  });
});
