import { expect, test } from 'vitest';
import { enrolScript, enrolSql } from '../../../functions/core/fleet/enrol-sql.ts';

test('The role that observes gets every right but the one to end sessions', () => {
  const { statements } = enrolSql(16);
  const grants = (role: string) =>
    statements.flatMap((statement) => new RegExp(`^GRANT (\\w+) TO "${role}"$`).exec(statement)?.[1] ?? []);
  expect(grants('headroom')).toEqual([
    'pg_signal_backend',
    'pg_read_all_stats',
    'pg_use_reserved_connections',
    'rds_iam',
  ]);
  expect(grants('headroom_observer')).toEqual([
    'pg_read_all_stats',
    'pg_use_reserved_connections',
    'rds_iam',
  ]);
});

test('Before 16 there is no reserve to be granted', () => {
  expect(enrolSql(15).statements.join('\n')).not.toContain('reserved');
});

test('The script has each statement on a line of its own, and its undo as comments', () => {
  const lines = enrolScript(16).split('\n');
  for (const statement of enrolSql(16).statements) expect(lines).toContain(`${statement};`);
  for (const statement of enrolSql(16).undo) expect(lines).toContain(`--   ${statement};`);
});
