import { describe, expect, test } from 'vitest';
import { isServerProgram, isTool, technologyOf } from '../../../functions/core/server/client-technology.ts';
import { statementShape } from '../../../functions/core/server/statement-shape.ts';
import type { Technology } from '../../../functions/core/server/technologies.ts';
import { someSessions } from '../../support/builders.ts';

const lastOf = (...statements: readonly (string | null)[]) =>
  statements.flatMap((text, at) =>
    someSessions(1, at + 1, { lastStatement: text === null ? null : statementShape(text) }),
  );
const PGJDBC_POOLS: readonly Technology[] = ['HikariCP', 'Tomcat JDBC', 'DBCP', 'c3p0', 'Agroal'];

describe('a client is known by its name', () => {
  test.each<[string, Technology]>([
    ['psql', 'psql'],
    ['pgbench', 'pgbench'],
    ['pgcli', 'pgcli'],
    ['pg_activity', 'pg_activity'],
    ['DBeaver 24.1.0 - SQLEditor <Script-3.sql>', 'DBeaver'],
    ['CloudBeaver CE Server 25.1.0 - Main', 'CloudBeaver'],
    ['pgAdmin 4 - CONN:7712', 'pgAdmin'],
    ['DbGate', 'DbGate'],
    ['heidisql', 'HeidiSQL'],
    ['DataGrip 2026.1', 'JetBrains IDE'],
    ['IntelliJ IDEA 2025.1.1', 'JetBrains IDE'],
    ['WebStorm 2025.1', 'JetBrains IDE'],
    ['RubyMine 2025.1', 'JetBrains IDE'],
    ['DataSpell 2025.1', 'JetBrains IDE'],
    ['PhpStorm 2021.3.1', 'JetBrains IDE'],
    ['Rider 2025.1', 'JetBrains IDE'],
    ['datadog-agent', 'Datadog agent'],
    ['temboard-agent', 'temBoard'],
    ['pgwatch', 'pgwatch'],
    ['pganalyze_collector', 'pganalyze'],
    ['Supavisor (auth_query)', 'Supavisor'],
    ['PgDog', 'PgDog'],
    ['pgcat', 'pgcat'],
    ['postgres.js', 'postgres.js'],
    ['r2dbc-postgresql', 'R2DBC Pool'],
    ['vertx-pg-client', 'Vert.x'],
    ['Metabase v0.50.8 [04d518eb-df2d-4781-93b3-8701286fd45e]', 'Metabase'],
    ['Debezium Slot Info', 'Debezium'],
    ['PostgREST 12.2.3', 'PostgREST'],
    ['odoo-4711', 'Odoo'],
    ['dbt', 'dbt'],
    ['postgres_fdw', 'postgres_fdw'],
    ['repmgr', 'repmgr'],
    ['pg_dump', 'pg_dump'],
  ])('for certain: %j is %s', (application, technology) => {
    expect(technologyOf(application, [])).toEqual({ possible: [technology], isCertain: true });
  });

  test.each<[string, readonly Technology[]]>([
    ['PostgreSQL JDBC Driver', PGJDBC_POOLS],
    ['flink-orders', PGJDBC_POOLS],
    ['HikariPool-1', ['HikariCP']],
    ['celery worker', ['SQLAlchemy', 'psycopg2']],
    ['airflow scheduler', ['SQLAlchemy']],
    ['puma: cluster worker 0: 4711 [shop]', ['ActiveRecord', 'Sequel']],
    ['unicorn worker[0] -c config/unicorn.rb', ['ActiveRecord', 'Sequel']],
    ['resque-2.6.0: Waiting for *', ['ActiveRecord', 'Sequel']],
    ['sidekiq 7.2.4 shop [3 of 10 busy]', ['ActiveRecord', 'Sequel']],
    ['bin/rails', ['ActiveRecord']],
    ['crystal', ['crystal-pg']],
    ['nodejs', ['node-postgres']],
    ['Prisma', ['Prisma']],
    ['pgbouncer', ['PgBouncer']],
    ['postgres_exporter', ['another monitoring agent']],
    ['otelcol', ['another monitoring agent']],
    ['nri-postgresql', ['another monitoring agent']],
    ['sql_exporter', ['another monitoring agent']],
    ['TablePlus', ['another graphical tool']],
  ])('not for certain: %j may be %j', (application, possible) => {
    expect(technologyOf(application, [])).toEqual({ possible, isCertain: false });
  });
});

describe('a client is known by its last statements', () => {
  test.each<[string, string, readonly string[], readonly Technology[]]>([
    [
      'what asyncpg resets with',
      'web',
      ['SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;', 'SELECT 1 FROM carts'],
      ['asyncpg'],
    ],
    ['the statement names of PDO', '', ['DEALLOCATE pdo_stmt_0000001f', 'SELECT 1 FROM carts'], ['PDO']],
    [
      'what Npgsql resets with',
      '',
      [
        'SET SESSION AUTHORIZATION DEFAULT;RESET ALL;CLOSE ALL;UNLISTEN *;SELECT pg_advisory_unlock_all();DISCARD SEQUENCES;DISCARD TEMP',
      ],
      ['Npgsql'],
    ],
    [
      'what deadpool-postgres resets with',
      '',
      [
        'CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES;',
      ],
      ['deadpool-postgres'],
    ],
    [
      'the types that Postgrex loads',
      'shop',
      ['SELECT t.oid, t.typname, t.typsend, t.typreceive, t.typoutput, t.typinput, 0 FROM pg_type AS t'],
      ['Ecto'],
    ],
    [
      'the types that ActiveRecord loads',
      'shop',
      [
        'SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype, t.typbasetype\nFROM pg_type as t\nLEFT JOIN pg_range as r ON oid = rngtypid',
      ],
      ['ActiveRecord'],
    ],
    [
      'what Sequelize prepares with',
      '',
      [
        "SET standard_conforming_strings=on;SET client_min_messages TO warning;SET TIME ZONE INTERVAL '+00:00' HOUR TO MINUTE;",
      ],
      ['Sequelize'],
    ],
  ])('for certain: %s', (_, application, statements, possible) => {
    expect(technologyOf(application, lastOf(...statements))).toEqual({ possible, isCertain: true });
  });

  test.each<[string, string, readonly (string | null)[], readonly Technology[]]>([
    [
      'pgjdbc prepares its sessions',
      'orders',
      ['SELECT 1', 'SET extra_float_digits = 3', 'COMMIT', 'SELECT 2'],
      PGJDBC_POOLS,
    ],
    ['pgjdbc sets its name', 'orders', ["SET application_name = 'orders'"], PGJDBC_POOLS],
    ['a fresh Hikari pool', 'orders', ['SHOW TRANSACTION ISOLATION LEVEL', null], PGJDBC_POOLS],
    ['SQLAlchemy asks in lower case', '', ['show transaction isolation level'], ['SQLAlchemy']],
    [
      'pools of Python roll back',
      '',
      ['ROLLBACK', 'ROLLBACK', 'SELECT 1'],
      ['SQLAlchemy', 'psycopg2', 'psycopg 3'],
    ],
    ['slonik and Npgsql discard', 'shop-api', ['DISCARD ALL', 'DISCARD ALL'], ['slonik', 'Npgsql']],
  ])('not for certain: %s', (_, application, statements, possible) => {
    expect(technologyOf(application, lastOf(...statements))).toEqual({ possible, isCertain: false });
  });

  test('and a certain statement counts more than a name that a person chose', () => {
    const reset = lastOf('SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;');
    expect(technologyOf('django-api', reset)?.possible).toEqual(['asyncpg']);
    expect(technologyOf('PostgREST 12.2.3', reset)?.possible).toEqual(['PostgREST']);
  });
});

test.each<[string, string, readonly (string | null)[]]>([
  ['a name of one’s own', 'billing-worker', ['SELECT 1']],
  ['no name and no habit', '', ['SELECT 1', 'COMMIT', 'BEGIN']],
  ['a named client that rolls back', 'billing-worker', ['ROLLBACK', 'ROLLBACK']],
  ['a few that roll back', '', ['ROLLBACK', 'SELECT 1', 'SELECT 2']],
  ['one of ten that was prepared', '', ['SHOW TRANSACTION ISOLATION LEVEL', ...Array(9).fill('SELECT 1')]],
  ['nothing that was ever run', '', [null]],
  ['no session', '', []],
  ['a name that only contains a tool’s', 'my-psql-job', []],
  ['an exporter of another kind', 'node-exporter', []],
  ['a service that is called like a tool', 'rider-dispatch', []],
  ['a statement that only contains a reset', '', ['SELECT f(); DISCARD ALL']],
])('a client is not known by %s', (_, application, statements) => {
  expect(technologyOf(application, lastOf(...statements))).toBeNull();
});

test('tools that people leave open are told from programs', () => {
  const names = ['psql', 'DBeaver 24.1', 'TablePlus', 'pg_activity', 'pgbench', 'datadog-agent', 'web', ''];
  expect(names.filter(isTool)).toEqual(['psql', 'DBeaver 24.1', 'TablePlus', 'pg_activity']);
});

test("the server's own programs are told from applications", () => {
  const names = ['postgres_fdw', 'dblink', 'pg_cron scheduler', 'repmgrd', 'pg_restore', 'web', ''];
  expect(names.filter((application) => isServerProgram({ application }))).toEqual(names.slice(0, 5));
});
