import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FOREIGN_SERVERS } from '../../functions/core/server/foreign-servers.ts';
import { connect } from '../../functions/postgres/connection/connect.ts';
import { type FakeServer, startFakeServer } from '../support/fake-server.ts';
import { inMs, targetOf } from '../support/targets.ts';

const DOCUMENT = new URL('../../docs/evidence/versions.md', import.meta.url);
const ROLE = { user: 'headroom', password: 'hunter2' };

async function problemWith(fake: FakeServer) {
  await using server = await startFakeServer(fake);
  const connection = await connect(targetOf(server), async () => ROLE, inMs(10_000));
  if (!('problem' in connection)) throw new Error('It let us in');
  return { ...connection.problem, attempts: connection.connecting.attempts, statements: server.statements };
}

/** The documented answers. */
const COCKROACH = 'CockroachDB CCL v25.2.1 (x86_64-pc-linux-gnu, built 2025/06/23 13:45:22, go1.23.7)';
const YUGABYTE_11 =
  'PostgreSQL 11.2-YB-2.18.0.1-b0 on x86_64-pc-linux-gnu, compiled by clang version 15.0.3, 64-bit';
const YUGABYTE_15 =
  'PostgreSQL 15.2-YB-2.25.1.0-b0 on x86_64-pc-linux-gnu, compiled by clang version 17.0.6, 64-bit';
const REDSHIFT =
  'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.12103';
const GREENPLUM =
  'PostgreSQL 9.4.26 (Greenplum Database 6.19.0 build commit:c88801925e) on x86_64-unknown-linux-gnu, compiled by gcc (GCC) 6.4.0, 64-bit';
const CLOUDBERRY = 'PostgreSQL 14.4 (Cloudberry Database 1.6.0 build 1) on x86_64-pc-linux-gnu';

describe('A server that only speaks the protocol of PostgreSQL is refused with its name', () => {
  test.each<[string, FakeServer]>([
    ['CockroachDB', { parameters: { crdb_version: 'CockroachDB CCL v25.2.1' }, version: COCKROACH }],
    ['CockroachDB', { version: COCKROACH }],
    ['YugabyteDB', { version: YUGABYTE_11 }],
    ['YugabyteDB', { version: YUGABYTE_15, understands: true }],
    ['Amazon Redshift', { parameters: { padb_version: '1.0.12103' }, version: REDSHIFT }],
    ['Amazon Redshift', { version: REDSHIFT }],
    ['Greenplum', { version: GREENPLUM }],
    ['Greenplum', { version: CLOUDBERRY, understands: true }],
  ])('%s: %j', async (name, fake) => {
    const { code, message, attempts } = await problemWith(fake);
    expect(code).toBe('server-unsupported');
    expect(message).toContain(`is ${name}, which is not supported: `);
    expect(message).toMatch(/Nothing was read and no session was ended\.$/);
    expect(attempts).toBe(1);
  });

  test('before any statement, where it reports itself', async () => {
    const { statements } = await problemWith({ parameters: { crdb_version: 'x' }, version: COCKROACH });
    expect(statements).toEqual([]);
  });

  test('and the document has each of them with its reason and public source', () => {
    const text = readFileSync(DOCUMENT, 'utf8');
    const missing = FOREIGN_SERVERS.filter(
      ({ name, why, source }) => ![name, why, source].every((part) => text.includes(part)),
    );
    expect(missing).toEqual([]);
  });
});

test('A server that does not understand us and is none of these is told as it answered', async () => {
  const { code, message } = await problemWith({ version: 'PostgreSQL 18.4 on x86_64-pc-linux-gnu' });
  expect(code).toBe('connect-failed');
  expect(message).toContain('42601');
});

test.each(['42704', '22023'])(
  'A server that refuses the settings of our session (%s) is said to be another kind',
  async (refuses) => {
    const { code, message, attempts } = await problemWith({ version: '', refuses });
    expect(code).toBe('server-unsupported');
    expect(message).toMatch(/^The server at \S+ refuses the settings that our session begins with \(/);
    expect(message).toMatch(/Nothing was read and no session was ended\.$/);
    // One try sends all settings, and then only those that decide which code runs.
    expect(attempts).toBe(1);
  },
);

test('PgBouncer from 1.26 on is told by what it reports, with its version and mode, before any statement', async () => {
  const parameters = { 'pgbouncer.version': '1.26.1', 'pgbouncer.pool_mode': 'transaction' };
  const { code, message, statements } = await problemWith({ parameters, version: 'PostgreSQL 18.4' });
  expect(code).toBe('pooler-in-between');
  expect(message).toContain('(PgBouncer 1.26.1 in transaction mode): name the server');
  expect(statements).toEqual([]);
});
