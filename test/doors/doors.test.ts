import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import { problemWords } from '../../functions/render/message/problem-words.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { startFakePooler } from '../support/fake-pooler.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { listenOnLoopback } from '../support/proxy.ts';
import { createLeastPrivilegeRole } from '../support/roles.ts';
import { openIdle, type TestSession } from '../support/sessions.ts';
import { openDoors, REMEDIATE, recorded } from './doors.ts';

/** Both bundles, as they are deployed, on a real server: `npm test` has built them. */

let server: TestServer;
let role: Role;
let bystander: TestSession;
let caFile: string;

beforeAll(async () => {
  const { ca, wrongName } = await selfSignedCertificates();
  server = await startServer({ version: 18, tls: wrongName });
  role = await createLeastPrivilegeRole(server);
  bystander = await openIdle(server, { role: server.superuser, application: 'bystander' });
  caFile = join(server.folder, 'ca.pem');
  writeFileSync(caFile, ca);
});

afterAll(() => server.stop());

/** One event through both doors; what was published, and how the run ended. */
async function passThrough(event: unknown, options: Partial<Parameters<typeof openDoors>[1]> = {}) {
  await using stack = new AsyncDisposableStack();
  const doors = await openDoors(stack, { server, role, ...options });
  const invocation = await doors.lambda.invokeAsync(REMEDIATE, event);
  const published = [...doors.aws.published];
  expect(doors.everythingSaid()).not.toContain(role.password);
  expect(bystander.isOpen()).toBe(true);
  return { invocation, published, said: doors.everythingSaid() };
}

describe('recorded events', () => {
  test.each([
    ['metric-alarm', 'unexplained'],
    ['set-alarm-state', 'unexplained'],
    ['composite-alarm', 'unexplained'],
    ['composite-alarm-suppression-ended', 'unexplained'],
  ])('%s on a healthy server: %s, and it is told', async (name, outcome) => {
    const { invocation, published } = await passThrough(recorded(name));
    expect(invocation.response).toMatchObject({ server: 'orders', mode: 'enforce', outcome });
    expect(published).toHaveLength(1);
    expect(published[0]?.attributes).toMatchObject({ outcome, server: 'orders' });
  });

  test.each([
    ['schedule', 'healthy'],
    ['metric-alarm-ok', 'muted'],
    ['metric-alarm-insufficient-data', 'muted'],
    ['composite-alarm-suppressed', 'muted'],
  ])('%s on a healthy server: %s, and nobody is woken', async (name, outcome) => {
    const { invocation, published } = await passThrough(recorded(name));
    expect(invocation.response).toMatchObject({ outcome });
    expect(published).toHaveLength(0);
  });

  test('an alarm of ten minutes ago is stale', async () => {
    const event = JSON.stringify(recorded('metric-alarm')).replaceAll(
      new Date().toISOString().slice(0, 16),
      new Date(Date.now() - 600_000).toISOString().slice(0, 16),
    );
    const { invocation, published } = await passThrough(JSON.parse(event));
    expect(invocation.response).toMatchObject({ outcome: 'stale' });
    expect(published).toHaveLength(0);
  });

  test('an event that waited too long starts no run and no message', async () => {
    await using stack = new AsyncDisposableStack();
    const { lambda, aws } = await openDoors(stack, { server, role });
    const invocation = await lambda.invokeAsync(REMEDIATE, recorded('metric-alarm'), { ageMs: 61_000 });
    expect(invocation.condition).toBe('EventAgeExceeded');
    expect(aws.published).toHaveLength(0);
  });

  test('one event delivered twice at once makes two runs that both end well', async () => {
    await using stack = new AsyncDisposableStack();
    const { lambda } = await openDoors(stack, { server, role });
    const both = await lambda.invokeTwice(REMEDIATE, recorded('schedule'), { order: 'together' });
    for (const { response } of both) expect(response).toMatchObject({ outcome: 'healthy' });
  });

  test('a warm function looks in its first sweep and counts in the next, and its slots are measured by both', async () => {
    await using stack = new AsyncDisposableStack();
    const { lambda, everythingSaid } = await openDoors(stack, { server, role });
    const records = [];
    for (let sweep = 0; sweep < 2; sweep += 1) {
      const { response } = await lambda.invokeAsync(REMEDIATE, recorded('schedule'));
      records.push(unpackRecord(response));
    }
    expect(records.map(({ outcome, snapshot }) => [outcome, snapshot === null])).toEqual([
      ['healthy', false],
      ['healthy', true],
    ]);
    // Within the text of a line quotes are escaped.
    expect(everythingSaid().match(/\busedSlots\\":1\b/g)).toHaveLength(2);
  });
});

describe('bad input ends in a code, a message, and nothing terminated', () => {
  test.each([
    ['no event at all', null],
    ['an event of another service', { source: 'aws.s3', detail: {} }],
    ['an alarm without a state', { source: 'aws.cloudwatch', alarmArn: 'a', alarmData: { alarmName: 'n' } }],
  ])('%s is refused', async (_, event) => {
    const { invocation, published } = await passThrough(event);
    expect(invocation.error).toMatchObject({ errorType: 'event-unknown' });
    expect(invocation.error?.errorMessage).toMatch(/found .* expected/);
    expect(published).toHaveLength(1);
    expect(published[0]?.subject).toContain('orders');
    expect(published[0]?.message).toContain('event-unknown');
  });

  test('a missing and a malformed environment is refused with all its problems', async () => {
    const environment = {
      HEADROOM_HOST: undefined,
      HEADROOM_PORT: '0',
      HEADROOM_TLS: 'maybe',
      HEADROOM_POLICY: '{"relieve":{"when":{"usedPercent":140}},"excludeUser":1}',
    };
    const { invocation, published } = await passThrough(recorded('schedule'), { environment });
    expect(invocation.error).toMatchObject({ errorType: 'config-invalid' });
    for (const name of ['HEADROOM_HOST', 'HEADROOM_PORT', 'HEADROOM_TLS', 'usedPercent', 'excludeUser']) {
      expect(invocation.error?.errorMessage).toContain(name);
    }
    expect(published[0]?.message).toContain('HEADROOM_HOST');
  });

  test('a policy that is no JSON is refused', async () => {
    const environment = { HEADROOM_POLICY: '{"mode":' };
    const { invocation, published } = await passThrough(recorded('metric-alarm'), { environment });
    expect(invocation.error).toMatchObject({ errorType: 'config-invalid' });
    expect(published).toHaveLength(1);
  });

  test.each([
    ['a secret without a password', { secret: '{"username":"headroom"}' }, 'secret-malformed'],
    ['a secret that is no JSON', { secret: 'hunter2' }, 'secret-malformed'],
    [
      'a secret of another host',
      { secret: '{"username":"u","password":"hunter2","host":"other"}' },
      'secret-malformed',
    ],
    ['a secret that is not there', { environment: { HEADROOM_SECRET: 'nowhere' } }, 'secret-unreadable'],
    ['a wrong password', { secret: '{"username":"headroom","password":"hunter2"}' }, 'connect-denied'],
    ['a database that is not there', { environment: { HEADROOM_DATABASE: 'nowhere' } }, 'connect-failed'],
    ['a port where nobody listens', { environment: { HEADROOM_PORT: '1' } }, 'connect-unreachable'],
    [
      'a name that does not resolve',
      { environment: { HEADROOM_HOST: 'nowhere.invalid' } },
      'connect-unreachable',
    ],
  ])('%s: cannot-connect', async (_, options, code) => {
    const { invocation, published, said } = await passThrough(recorded('metric-alarm'), options);
    expect(invocation.response).toMatchObject({ outcome: 'cannot-connect' });
    expect(published[0]?.attributes).toMatchObject({ outcome: 'cannot-connect', severity: 'critical' });
    expect(published[0]?.subject).toContain(problemWords(code));
    expect(said).not.toContain('hunter2');
  });

  test('a certificate for another name: cannot-connect', async () => {
    const environment = { HEADROOM_TLS: undefined, HEADROOM_CA_FILE: caFile };
    const { published } = await passThrough(recorded('metric-alarm'), { environment });
    expect(published[0]?.subject).toContain(problemWords('connect-tls'));
    expect(published[0]?.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('a pooler instead of the server: cannot-connect', async () => {
    await using pooler = await startFakePooler(server);
    const environment = { HEADROOM_PORT: String(pooler.port) };
    const { published } = await passThrough(recorded('metric-alarm'), { environment });
    expect(published[0]?.subject).toContain(problemWords('pooler-in-between'));
  });

  test('a server that takes connections and stays silent: cannot-connect, by the deadline', async () => {
    await using silent = await listenOnLoopback(() => {});
    const environment = { HEADROOM_PORT: String(silent.port) };
    const options = { environment, timeoutSeconds: 8 };
    const { invocation, published } = await passThrough(recorded('metric-alarm'), options);
    expect(invocation.response).toMatchObject({ outcome: 'cannot-connect' });
    expect(published[0]?.subject).toContain(problemWords('connect-unreachable'));
  });

  test('a function without time for its work is told all the same, by its outcome or by the backstop', async () => {
    const { published } = await passThrough(recorded('metric-alarm'), { timeoutSeconds: 1 });
    expect(published).toHaveLength(1);
    expect(published[0]?.subject).toMatch(/^\[critical\] orders (?:NOT REACHED|run FAILED)/);
  });
});
