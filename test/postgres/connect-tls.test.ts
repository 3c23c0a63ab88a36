import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../functions/postgres/connection/connect.ts';
import { type Certificates, type KeyPair, selfSignedCertificates } from '../support/certificates.ts';
import { startServer, type TestServer } from '../support/postgres-server.ts';
import { inMs, targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

/** The whole time a run would give it: what cannot get better must not use it up. */
const CONNECT_MS = 20_000;
const QUICK_MS = 5_000;

let server: TestServer;
let certificates: Certificates;

beforeAll(async () => {
  certificates = await selfSignedCertificates();
  server = await startServer({ version: 18, tls: certificates.server });
});
afterAll(() => server.stop());

/** Connects with TLS, to whom these authorities vouch for. */
async function connectTrusting(ca: string, host: string = server.host) {
  const caFile = join(server.folder, 'trusted.pem');
  writeFileSync(caFile, ca);
  const tls = { mode: 'verify', caFile } as const;
  const startedAt = performance.now();
  const connection = await connect(
    targetOf(server, { tls, host }),
    async () => server.superuser,
    inMs(CONNECT_MS),
  );
  expect(performance.now() - startedAt).toBeLessThan(QUICK_MS);
  expect(JSON.stringify(connection)).not.toContain(server.superuser.password);
  if ('problem' in connection) return connection.problem;
  await connection.database.close();
  return 'in';
}

async function reload() {
  const reloads = () => server.log().split('reloading configuration files').length;
  const before = reloads();
  process.kill(server.processId, 'SIGHUP');
  await waitUntil(() => reloads() > before, { what: 'the server had reloaded' });
}

async function presents({ key, cert }: KeyPair) {
  writeFileSync(join(server.folder, 'tls.key'), key);
  writeFileSync(join(server.folder, 'tls.crt'), cert);
  await reload();
}

test('the right authority lets us in, by name and by address', async () => {
  expect(await connectTrusting(certificates.ca)).toBe('in');
  expect(await connectTrusting(certificates.ca, 'localhost')).toBe('in');
});

test('an authority that signed nothing here is refused at once', async () => {
  const stranger = await selfSignedCertificates();
  expect(await connectTrusting(stranger.ca)).toMatchObject({
    code: 'connect-tls',
    message: expect.stringMatching(
      /^The certificate of 127\.0\.0\.1:\d+ does not verify \(.*: use the name it was issued for, and a CA file/,
    ),
  });
});

test('without a file the authorities of Node are trusted, and ours is none of them', async () => {
  const tls = { mode: 'verify', caFile: null } as const;
  const connection = await connect(targetOf(server, { tls }), async () => server.superuser, inMs(CONNECT_MS));
  expect(connection).toMatchObject({ problem: { code: 'connect-tls' }, connecting: { attempts: 1 } });
});

test('a file that holds no certificate trusts no server', async () => {
  for (const text of ['', 'no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])
    expect(await connectTrusting(text)).toMatchObject({ code: 'connect-tls' });
});

test('a missing file is named, nothing is tried, and a secret that fails meanwhile does no harm', async () => {
  const tls = { mode: 'verify', caFile: '/nowhere/ca.pem' } as const;
  const source = () => Promise.reject(new Error('no secret'));
  const connection = await connect(targetOf(server, { tls }), source, inMs(CONNECT_MS));
  expect(connection).toEqual({
    problem: { code: 'connect-tls', message: expect.stringContaining('(looked for /nowhere/ca.pem)') },
    connecting: { attempts: 0, refusals: [] },
  });
});

test('of several files the first that can be read counts, and when none can all are named', async () => {
  const good = join(server.folder, 'good.pem');
  writeFileSync(good, certificates.ca);
  const problemWith = async (caFile: readonly string[]) => {
    const tls = { mode: 'verify', caFile } as const;
    const connection = await connect(
      targetOf(server, { tls }),
      async () => server.superuser,
      inMs(CONNECT_MS),
    );
    if ('problem' in connection) return connection.problem;
    await connection.database.close();
    return null;
  };
  expect(await problemWith(['/nowhere/eu-west-1.pem', good, '/nowhere/ca.pem'])).toBeNull();
  expect(await problemWith(['/nowhere/eu-west-1.pem', '/nowhere/ca.pem'])).toEqual({
    code: 'connect-tls',
    message:
      'No certificate authorities for 127.0.0.1 can be read (looked for /nowhere/eu-west-1.pem, /nowhere/ca.pem): declare a PEM file as "caFile", or name it in the URL as sslrootcert.',
  });
});

test('a certificate for another host is refused at once', async () => {
  await presents(certificates.wrongName);
  expect(await connectTrusting(certificates.ca)).toMatchObject({
    code: 'connect-tls',
    message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
  });
});

test('a certificate for localhost is none for its address', async () => {
  const byName = await selfSignedCertificates({ dns: ['localhost'], ip: [] });
  await presents(byName.server);
  expect(await connectTrusting(byName.ca, 'localhost')).toBe('in');
  expect(await connectTrusting(byName.ca)).toMatchObject({ code: 'connect-tls' });
});

test('an expired certificate is refused at once', async () => {
  await presents(certificates.expired);
  expect(await connectTrusting(certificates.ca)).toMatchObject({
    code: 'connect-tls',
    message: expect.stringContaining('CERT_HAS_EXPIRED'),
  });
});

test('a server without TLS gets no password in the clear', async () => {
  await server.query('ALTER SYSTEM SET ssl = off');
  await reload();
  expect(await connectTrusting(certificates.ca)).toEqual({
    code: 'connect-tls',
    message: `The server at 127.0.0.1:${server.port} offers no TLS: switch ssl on there, or, where the network is trusted, switch TLS off: "tls": "off" in the declaration, sslmode=disable in a URL.`,
  });
  rmSync(join(server.folder, 'trusted.pem'));
});
