import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INCIDENTS } from '../support/incidents.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { type LoopbackOperator, startLoopbackOperator } from '../support/loopback-operator.ts';
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts';
import { LOOPBACK_IDENTITY, type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { runHeadroom } from './run-headroom.ts';

/** Commands that go to AWS find region and credentials where the AWS CLI finds them. */

const BUCKET = 'records-of-pg-headroom';
const RECORD = gzipSync(JSON.stringify({ ...INCIDENTS.recovered(), reduced: [] }));
const START_URL = 'https://example.awsapps.com/start';
const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = LOOPBACK_IDENTITY;

let home: string;
let dynamodb: LoopbackDynamoDb;
let s3: LoopbackS3;
let sso: LoopbackServer;
let operator: LoopbackOperator;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'headroom-home-'));
  dynamodb = await startLoopbackDynamoDb();
  operator = await startLoopbackOperator(() => true);
  s3 = await startLoopbackS3([BUCKET]);
  // The portal that turns a signed-in session into keys: GET /federation/credentials.
  sso = await startLoopbackServer((request, _, response) => {
    const isSignedIn = request.headers['x-amz-sso_bearer_token'] === 'signed-in';
    const roleCredentials = {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
      expiration: Date.now() + 3_600_000,
    };
    response
      .writeHead(isSignedIn ? 200 : 401, { 'content-type': 'application/json' })
      .end(JSON.stringify(isSignedIn ? { roleCredentials } : { message: 'Session token not found' }));
  });
  writeHome();
});
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  await Promise.all([dynamodb.close(), s3[Symbol.asyncDispose](), sso.close(), operator.close()]);
});

function writeHome(): void {
  const keys = JSON.stringify({
    Version: 1,
    AccessKeyId: AWS_ACCESS_KEY_ID,
    SecretAccessKey: AWS_SECRET_ACCESS_KEY,
    SessionToken: AWS_SESSION_TOKEN,
  });
  mkdirSync(join(home, '.aws/sso/cache'), { recursive: true });
  writeFileSync(join(home, 'keys.json'), keys);
  writeFileSync(
    join(home, '.aws/credentials'),
    `[static]
aws_access_key_id = ${AWS_ACCESS_KEY_ID}
aws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}
aws_session_token = ${AWS_SESSION_TOKEN}
`,
  );
  writeFileSync(
    join(home, '.aws/config'),
    `[profile static]
region = ${AWS_REGION}
[profile elsewhere]
region = us-gov-west-1
source_profile = static
[profile elsewhere-only]
region = us-gov-west-1
[wordless]
region = us-gov-west-1
[profile process]
region = ${AWS_REGION}
credential_process = cat ${join(home, 'keys.json')}
[profile sso]
region = ${AWS_REGION}
sso_session = company
sso_account_id = 111122223333
sso_role_name = on-call
[profile signed-out]
region = ${AWS_REGION}
sso_session = other
sso_account_id = 111122223333
sso_role_name = on-call
[profile sessionless]
region = ${AWS_REGION}
sso_session = gone
sso_account_id = 111122223333
sso_role_name = on-call
[sso-session company]
sso_region = ${AWS_REGION}
sso_start_url = ${START_URL}
sso_registration_scopes = sso:account:access
[sso-session other]
sso_region = ${AWS_REGION}
sso_start_url = ${START_URL}
sso_registration_scopes = sso:account:access
`,
  );
  const cache = createHash('sha1').update('company').digest('hex');
  writeFileSync(
    join(home, '.aws/sso/cache', `${cache}.json`),
    JSON.stringify({
      accessToken: 'signed-in',
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      region: AWS_REGION,
      startUrl: START_URL,
    }),
  );
}

/** Nothing but a home folder, a profile and the services' addresses. */
const environmentOf = (profile: string) => ({
  HOME: home,
  PATH: process.env.PATH ?? '',
  AWS_PROFILE: profile,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL_SSO: `http://${sso.address}`,
  ...dynamodb.environment,
  ...operator.environment,
});

const memory = (profile: string, ...args: readonly string[]) =>
  runHeadroom(['memory', '--server', 'orders', '--table', TABLE, ...args], {
    environment: environmentOf(profile),
  });

describe.each([
  ['static keys', 'static'],
  ['a credential_process', 'process'],
  ['a signed-in SSO session', 'sso'],
])('With AWS_PROFILE and %s, in the region of the profile,', (_, profile) => {
  test('pause, memory and resume reach the table', async () => {
    const environment = environmentOf(profile);
    const args = ['--server', `billing-${profile}`, '--table', TABLE];
    for (const command of ['pause', 'memory', 'resume'])
      expect(await runHeadroom([command, ...args], { environment })).toMatchObject({ code: 0, stderr: '' });
  });

  test('a record is shown and drawn from its bucket, at the address in AWS_ENDPOINT_URL', async () => {
    const { AWS_ENDPOINT_URL_S3: AWS_ENDPOINT_URL = '' } = s3.environment;
    const environment = { ...environmentOf(profile), AWS_ENDPOINT_URL };
    const key = `records/${profile}.json.gz`;
    s3.put(`${BUCKET}/${key}`, { contentType: 'application/gzip', body: RECORD });
    const url = `s3://${BUCKET}/${key}`;
    expect(await runHeadroom(['show', url], { environment })).toMatchObject({ code: 0, stderr: '' });
    const page = await runHeadroom(['report', url, '--html', '-'], { environment });
    expect(page).toMatchObject({ code: 0, stdout: expect.stringContaining('<!doctype html>') });
  });
});

describe.concurrent('With AWS_PROFILE', () => {
  test('--region is stronger than the region of the profile', async () => {
    const { code, stderr } = await memory('static', '--region', 'us-gov-west-1');
    expect(code).toBe(3);
    // The loopback table believes signatures for its own region only.
    expect(stderr).toContain('us-gov-west-1/dynamodb');
  });

  test.each([
    ['a session that is signed out', 'signed-out', 'aws sso login'],
    ['a profile without credentials', 'elsewhere-only', 'no AWS credentials were found, '],
    [
      'a profile that does not exist',
      'nowhere',
      'AWS_PROFILE names the profile "nowhere", which is in neither ',
    ],
    [
      'a profile whose session is not there',
      'sessionless',
      'check that the file of the profile "sessionless" has its section, and those that it names',
    ],
    // A section of the file `config` without the word `profile` is none.
    [
      'a profile without its word',
      'wordless',
      ': there are elsewhere, elsewhere-only, process, sessionless, signed-out, ',
    ],
  ])('%s is said to be so, with what to do', async (_, profile, what) => {
    const { code, stdout, stderr } = await memory(profile, '--region', AWS_REGION);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(what);
  });

  test('a profile that does not exist is said to be so where the region would come from it', async () => {
    const { code, stderr } = await memory('nowhere');
    expect(code).toBe(2);
    expect(stderr).toMatch(/AWS_PROFILE names the profile "nowhere", .*\. Correct it, or set AWS_REGION/);
  });
});
