import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole } from '../support/roles.ts';
import { waitUntil } from '../support/wait-until.ts';
import { openDoors, REMEDIATE, recorded } from './doors.ts';
import { eventOf } from './refused-clients.ts';

/** The bundle without a secret. No test server can check a token: this one takes our role's word, over TLS only. */

let server: TestServer;
let role: Role;
let caFile: string;

beforeAll(async () => {
  const { ca, server: tls } = await selfSignedCertificates();
  server = await startServer({ version: 18, tls });
  role = await createLeastPrivilegeRole(server);
  caFile = join(server.folder, 'ca.pem');
  writeFileSync(caFile, ca);
  const rules = join(server.folder, 'pg_hba.conf');
  writeFileSync(
    rules,
    `hostssl all headroom all trust\nhost all headroom all reject\n${readFileSync(rules, 'utf8')}`,
  );
  process.kill(server.processId, 'SIGHUP');
  await waitUntil(() => server.log().includes('reloading configuration files'), {
    what: 'the server had reloaded',
  });
});
afterAll(() => server.stop());

async function runWith(
  environment: Readonly<Record<string, string | undefined>>,
  event = recorded('schedule'),
) {
  await using stack = new AsyncDisposableStack();
  const variables = { HEADROOM_SECRET: undefined, HEADROOM_USER: role.user, HEADROOM_TLS: undefined };
  const doors = await openDoors(stack, { server, role, environment: { ...variables, ...environment } });
  const { response } = await doors.lambda.invokeAsync(REMEDIATE, event);
  const said = doors.everythingSaid();
  expect(said).not.toMatch(/X-Amz-|loopback-s/);
  return { response, said, asked: doors.aws.requests.getSecretValue };
}

test('gets in with a token, over TLS, and asks for no secret', async () => {
  const { response, asked } = await runWith({ HEADROOM_CA_FILE: caFile });
  expect(response).toMatchObject({ outcome: 'healthy' });
  expect(asked).toBe(0);
});

test('knows its own role in log lines, without a secret and a connection', async () => {
  const line =
    '2026-11-21 03:15:20 UTC:10.0.3.17(1):headroom@orders:[7]:FATAL:  sorry, too many clients already';
  const { response, asked } = await runWith({ HEADROOM_CA_FILE: caFile }, eventOf([line]));
  expect(unpackRecord(response)).toMatchObject({
    outcome: 'muted',
    trigger: { own: 1, refused: [] },
    connecting: { attempts: 0 },
  });
  expect(asked).toBe(0);
});

test('trusts the RDS roots of its region, which it finds beside its code, and so not this server', async () => {
  const { response, said } = await runWith({});
  expect(response).toMatchObject({ outcome: 'cannot-connect' });
  expect(said).toContain('connect-tls');
  expect(said).toMatch(/The certificate of \S+ does not verify/);
});
