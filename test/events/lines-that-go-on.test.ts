import { describe, expect, test } from 'vitest';
import { refusalIn } from '../support/refusal-in.ts';

const RESERVED = 'remaining connection slots are reserved for';
/** Most clients of a full server hear one of these, because ordinary roles never reach the last slots. */
const SENTENCES = [
  `${RESERVED} non-replication superuser connections`,
  `${RESERVED} non-replication superuser, rds_reserved, and rds_superuser connections`,
  `${RESERVED} roles with the SUPERUSER attribute`,
  `${RESERVED} roles with privileges of the "pg_use_reserved_connections" role`,
];

/** As drivers and loggers wrote them in public reports. */
const LINES: readonly (readonly [of: string, line: (said: string) => string])[] = [
  ['pgx', (said) => `failed to connect to \`host=db\`: server error (FATAL: ${said} (SQLSTATE 53300))`],
  [
    'pg_connect of PHP',
    (said) => `PHP Warning:  pg_connect(): Unable to connect: FATAL:  ${said} in /srv/db.php on line 7`,
  ],
  ['PDO', (said) => `PDOException: SQLSTATE[08006] [7] FATAL:  ${said} in /srv/db.php:12`],
  ['a page of PHP', (said) => `Error!: SQLSTATE[08006] [7] FATAL:  ${said}<br/>`],
  ['Laravel', (said) => `production.ERROR: SQLSTATE[08006] [7] FATAL:  ${said} (Connection: pgsql, SQL: x)`],
  ['Rails', (said) => `PG::ConnectionBad: FATAL:  ${said} (ActiveRecord::ConnectionNotEstablished)`],
  ['SQLAlchemy', (said) => `(psycopg2.OperationalError) FATAL:  ${said} (Background on this error at: x)`],
  [
    'DBI of Perl',
    (said) => `DBI connect('dbname=x','app',...) failed: FATAL:  ${said} at /srv/db.pl line 12.`,
  ],
  ['node-postgres', (said) => `error: ${said}\n    at Parser.parseErrorMessage (/srv/parser.js:278:15)`],
  [
    'Doctrine, for two addresses',
    (said) =>
      `SQLSTATE[08006] [7] FATAL: ${said} connection to server at "db", port 5432 failed: FATAL: ${said}`,
  ],
];

describe.each(LINES)('What %s writes behind the sentence', (_, line) => {
  test.each(SENTENCES)('does not hide it: %s', (said) => {
    expect(refusalIn(line(said))?.kind).toBe('reserved');
  });
});

test('a pooler is recognized by its sentence with a SQLSTATE behind it', () => {
  const said = 'max clients reached in session mode - max clients are limited to pool_size: 15';
  const line = `db error: FATAL: (EMAXCONNSESSION) ${said} (SQLSTATE XX000)`;
  expect(refusalIn(line)?.kind).toBe('pooler');
});
