import { describe, expect, test } from 'vitest';
import { heldBy, minimalStatement } from '../../../functions/core/server/held-by-statement.ts';
import { statementShape } from '../../../functions/core/server/statement-shape.ts';

const held = (statement: string) => heldBy(statementShape(statement));

describe('A statement begins a backup', () => {
  test.each([
    "SELECT pg_backup_start('nightly', true)",
    "SELECT pg_backup_start(label => 'nightly')",
    "select pg_start_backup('nightly', false, false)",
    "SELECT PG_BACKUP_START ('nightly')",
    "SELECT pg_catalog.pg_backup_start('nightly')",
    'SELECT pg_catalog . "pg_backup_start" (\'nightly\')',
    "SELECT * FROM pg_backup_start('nightly')",
    "SELECT (pg_backup_start('nightly')).*",
    'SELECT lsn FROM pg_catalog.pg_backup_start($1, $2) AS lsn',
    "WITH b AS (SELECT pg_backup_start('nightly')) SELECT * FROM b",
    "/* cron */ SELECT pg_backup_start('nightly')",
    "-- nightly\n\t SELECT pg_backup_start/**/('nightly')",
    "((SELECT pg_backup_start('nightly')))",
    "TABLE t; SELECT pg_backup_start('nightly');",
    "SELECT pg_backup_stop(); SELECT pg_backup_start('nightly')",
    "CREATE TEMP TABLE b AS SELECT pg_backup_start('nightly')",
    "EXPLAIN ANALYZE SELECT pg_backup_start('nightly')",
    "SELECT pg_backup_start('nig",
  ])('%j', (statement) => {
    expect(held(statement)).toEqual(['backup']);
  });

  test.each([
    'SELECT pg_backup_stop()',
    'SELECT * FROM pg_stop_backup(false)',
    "SELECT pg_backup_start('nightly'); SELECT pg_backup_stop()",
    "SELECT 'pg_backup_start(1)'",
    "SELECT 1 /* pg_backup_start('nightly') */",
    "SELECT $$ pg_backup_start('nightly') $$",
    'SELECT pg_backup_start FROM t',
    'SELECT my_pg_backup_start(1)',
    'SELECT pg_backup_started(1)',
    "SELECT pg_backup_start_time('x')",
    'GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO backup',
    'GRANT EXECUTE ON FUNCTION pg_catalog.pg_backup_stop(boolean), pg_catalog.pg_backup_start(text, boolean) TO b',
    'REVOKE ALL ON FUNCTION pg_start_backup(text, boolean, boolean) FROM PUBLIC',
    'CREATE OR REPLACE FUNCTION pg_backup_start(text) RETURNS int LANGUAGE sql RETURN 1',
    'DROP FUNCTION pg_backup_start(text)',
    'SELECT pg_is_in_backup()',
  ])('and this does not: %j', (statement) => {
    expect(held(statement)).toEqual([]);
  });
});

test.each([
  ['SELECT pg_export_snapshot()', ['exported-snapshot']],
  ['select pg_catalog."pg_export_snapshot" ()', ['exported-snapshot']],
  ['GRANT EXECUTE ON FUNCTION pg_export_snapshot() TO app', []],
  ["SET TRANSACTION SNAPSHOT '00000003-1'", []],
  [
    "LISTEN ch; SELECT pg_backup_start('x'), pg_export_snapshot()",
    ['notifications', 'backup', 'exported-snapshot'],
  ],
] as const)('%j holds %j', (statement, all) => {
  expect(held(statement)).toEqual(all);
});

test('what stands for a statement holds the same', () => {
  const statement = "LISTEN ch; SELECT pg_backup_start('x'), pg_export_snapshot()";
  expect(heldBy(minimalStatement(statementShape(statement)) ?? '')).toEqual(held(statement));
  expect(minimalStatement('SELECT ?')).toBeNull();
});
