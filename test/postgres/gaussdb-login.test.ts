import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connect } from '../../functions/postgres/connection/connect.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import {
  ASKS_MD5_SHA256,
  ASKS_SHA256,
  ASKS_SM3,
  asksFor,
  refuses,
  type Served,
  serveGaussdb,
} from '../support/fake-gaussdb.ts';
import { startServer } from '../support/postgres-server.ts';
import { createRole } from '../support/roles.ts';
import { inMs, targetOf } from '../support/targets.ts';

const ROLE = { user: 'headroom', password: 'hunter2' };
/** Longer than a problem that tries cannot mend may take. */
const CONNECT_MS = 20_000;

async function problemWith(served: Served, caFile?: string, forMs = CONNECT_MS) {
  await using server = await serveGaussdb(served);
  const tls = caFile === undefined ? {} : { tls: { mode: 'verify', caFile } as const };
  const connection = await connect(targetOf(server, tls), async () => ROLE, inMs(forMs));
  if (!('problem' in connection)) throw new Error('It let us in');
  expect(JSON.stringify(connection)).not.toContain(ROLE.password);
  return { ...connection.problem, attempts: connection.connecting.attempts, port: server.port };
}

const BY_SHA256 =
  "by GaussDB's SHA-256, which PostgreSQL's protocol does not have: set password_encryption_type to 1 there, then set the role's password again (ALTER USER \"headroom\" PASSWORD '...'), because the setting counts when a password is set.";

describe('A way to log in that is not supported is reported at once, with what to do', () => {
  test.each([
    ["GaussDB's SHA-256, with the number of PostgreSQL's SASL", ASKS_SHA256, BY_SHA256],
    ['MD5 for a password that is stored as SHA-256', ASKS_MD5_SHA256, BY_SHA256],
    ['SHA-256 by RFC 5802', asksFor(12), BY_SHA256],
    ['SM3', ASKS_SM3, "by GaussDB's SM3, which PostgreSQL's protocol does not have: give role"],
    [
      'a token of its IAM',
      asksFor(14),
      "by GaussDB's IAM, which PostgreSQL's protocol does not have: give role",
    ],
    [
      'GSSAPI',
      asksFor(7),
      'by GSSAPI, which pg-headroom does not support: give role "headroom" a line of its own in pg_hba.conf',
    ],
    ['SSPI', asksFor(9), 'by SSPI, which pg-headroom does not support'],
    [
      'what nobody knows',
      asksFor(99),
      'by a method that pg-headroom does not know (number 99), which pg-headroom does not support',
    ],
  ])('%s', async (_, answer, says) => {
    const { code, message, attempts, port } = await problemWith({ answer });
    expect(code).toBe('connect-authentication');
    expect(message.replaceAll('\\"', '"')).toContain(
      `The server at 127.0.0.1:${port} asks our role to log in ${says}`,
    );
    expect(attempts).toBe(1);
  });

  test.each([1, 4, 9, 10])('however the network cuts it: %i bytes at once', async (bytesAtOnce) => {
    const { message } = await problemWith({ answer: ASKS_SHA256, bytesAtOnce });
    expect(message).toContain(BY_SHA256);
  });

  test('within TLS too', async () => {
    const { ca, server: tls } = await selfSignedCertificates();
    const caFile = join(tmpdir(), `headroom-ca-${process.pid}.pem`);
    writeFileSync(caFile, ca);
    try {
      const { code, message } = await problemWith({ answer: ASKS_SHA256, tls }, caFile);
      expect({ code, says: message.includes(BY_SHA256) }).toEqual({
        code: 'connect-authentication',
        says: true,
      });
    } finally {
      rmSync(caFile);
    }
  });
});

test.each(['scram-sha-256', 'md5', 'password', 'trust'])(
  "PostgreSQL's own %s is let through",
  async (method) => {
    await using server = await startServer({ version: 16 });
    const encryption = method === 'md5' ? 'md5' : 'scram-sha-256';
    await server.query(`ALTER SYSTEM SET password_encryption = '${encryption}'`);
    writeFileSync(join(server.folder, 'pg_hba.conf'), `host all all 127.0.0.1/32 ${method}\n`);
    await server.restart();
    const role = await createRole(server, 'headroom');
    const [rule] = await server.query('SELECT auth_method FROM pg_hba_file_rules');
    expect(rule?.auth_method).toBe(method);
    const connection = await connect(targetOf(server), async () => role, inMs(CONNECT_MS));
    expect('problem' in connection ? connection.problem : null).toBeNull();
    if ('database' in connection) await connection.database.close();
  },
);

describe('A full GaussDB', () => {
  const FULL = 'Already too many clients, active/non-active/reserved: 5/508/3';

  test('that lets administrators in only: the message says so', async () => {
    const text = 'Too many clients already, current: 203, max_connections/reserved: 200/3.';
    const answer = refuses(text, { F: 'postinit.cpp', L: '2534', R: 'CheckConnLimitation' });
    const { code, message, attempts } = await problemWith({ answer }, undefined, 300);
    expect(code).toBe('connect-full');
    expect(message).toContain(
      'only the slots of system administrators are free (sysadmin_reserved_connections)',
    );
    expect(attempts).toBeGreaterThan(1);
  });

  test('that says no more than its SQLSTATE is tried again all the same', async () => {
    const { code, attempts } = await problemWith({ answer: refuses(FULL) }, undefined, 300);
    expect(code).toBe('connect-full');
    expect(attempts).toBeGreaterThan(1);
  });
});
