import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeOf } from '../../functions/core/run/kept-record.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { type LoopbackFunctions, startLoopbackFunctions } from '../support/loopback-functions.ts';
import { ADA, type LoopbackOperator, startLoopbackOperator } from '../support/loopback-operator.ts';
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { runHeadroom } from './run-headroom.ts';

const BUCKET = 'records-of-pg-headroom';
const REPORT = 'arn:aws:lambda:eu-west-1:111122223333:function:pg-headroom-reporting-Report-1A2B';
const RECORD = { ...INCIDENTS.recovered(), reduced: [] };

let dynamodb: LoopbackDynamoDb;
let s3: LoopbackS3;
let functions: LoopbackFunctions;
let folder: string;
let declaration: string;

let operator: LoopbackOperator;
beforeAll(async () => {
  operator = await startLoopbackOperator(() => true);
  dynamodb = await startLoopbackDynamoDb();
  s3 = await startLoopbackS3([BUCKET]);
  functions = await startLoopbackFunctions({
    'pg-headroom-orders': { environment: { HEADROOM_TABLE: TABLE }, destination: REPORT },
    'pg-headroom-alone': { environment: {} },
    [REPORT]: { environment: { HEADROOM_BUCKET: BUCKET, HEADROOM_TABLE: TABLE } },
  });
  s3.put(`${BUCKET}/records/${placeOf(RECORD)}.json.gz`, {
    contentType: 'application/gzip',
    body: gzipSync(JSON.stringify(RECORD)),
  });
  folder = mkdtempSync(join(tmpdir(), 'headroom-deployed-'));
  declaration = join(folder, 'cdk.json');
  const host = 'orders.abc.eu-central-1.rds.amazonaws.com';
  const server = {
    ...{ name: 'orders', host, port: 5432, secretArn: arn('secretsmanager', 'secret:orders-Ab3dEf') },
    ...{ logGroup: '/aws/rds/instance/orders/postgresql', securityGroupIds: ['sg-0a1b2c3d4e5f60718'] },
    vpc: {
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      availabilityZones: ['eu-central-1a'],
      subnetIds: ['subnet-0a1b2c3d'],
    },
  };
  writeFileSync(declaration, JSON.stringify({ context: { servers: [server] } }));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await Promise.all([
    dynamodb.close(),
    s3[Symbol.asyncDispose](),
    functions[Symbol.asyncDispose](),
    operator.close(),
  ]);
});

const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:111122223333:${rest}`;
const headroom = (...args: readonly string[]) =>
  runHeadroom(args, {
    environment: {
      ...LOOPBACK_IDENTITY,
      ...dynamodb.environment,
      ...s3.environment,
      ...functions.environment,
      AWS_ENDPOINT_URL_STS: operator.environment.AWS_ENDPOINT_URL_STS ?? '',
    },
  });
/** cdk.json of this repository declares `orders` in eu-west-1, which is the region of all stand-ins. */
const SINCE = ['--since', '2026-11-01'] as const;

describe('a server that is named as it is declared', () => {
  test('is paused, shown and resumed in the table that its function uses', async () => {
    const paused = await headroom('pause', 'orders', '--reason', 'fail-over test');
    expect(paused).toMatchObject({ code: 0 });
    expect(paused.stdout).toContain('orders is paused');
    expect((await headroom('memory', 'orders')).stdout).toMatch(/fail-over\s+test/);
    expect((await headroom('memory', '--server', 'orders')).stdout).toMatch(/fail-over\s+test/);
    expect((await headroom('resume', 'orders')).stdout).toContain('orders is resumed');
  });

  test('has its records in the bucket of the function that gets its results', async () => {
    const { code, stdout } = await headroom('runs', '--server', 'orders', ...SINCE, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs).toEqual([expect.objectContaining({ runId: RECORD.runId })]);
  });

  test('is meant with all others where no server is named', async () => {
    const { stdout } = await headroom('runs', ...SINCE, '--json');
    expect(JSON.parse(stdout).runs).toHaveLength(1);
  });

  test('is looked up in its declared region, and in the one that is given', async () => {
    const before = functions.asked.length;
    await headroom('memory', 'orders', '--declaration', declaration);
    await headroom('memory', 'orders', '--declaration', declaration, '--region', 'us-east-2');
    const regions = functions.asked.slice(before).map((line) => line.split(' ')[0]);
    expect(new Set(regions)).toEqual(new Set(['eu-central-1', 'us-east-2']));
  });

  test.each([
    ['not declared', ['memory', 'orderz'], /cdk\.json declares no server "orderz": it declares orders\./],
    [
      'not deployed',
      ['pause', 'orderz', '--region', 'eu-west-1'],
      /There is no function pg-headroom-orderz in eu-west-1: check the server's name, the region/,
    ],
    [
      'called what no server is called',
      ['pause', 'orders;id', '--region', 'eu-west-1'],
      /No server is called "orders;id": expected a name of lower-case letters, .*, alone or after its stage, as in production\/orders\./,
    ],
    ['below a folder', ['memory', '../orders/x/y', '--region', 'eu-west-1'], /No server is called/],
    ['after an empty stage', ['test-message', '/orders', '--region', 'eu-west-1'], /No server is called/],
    [
      'after its stage beside a table',
      ['pause', 'live/orders', '--region', 'eu-west-1', '--table', TABLE],
      /No server is called "live\/orders": expected .*, without its stage\./,
    ],
    ['in a misspelt region', ['pause', 'orders', '--region', 'eu-wset'], /A region is such as eu-west-1\./],
    ['without memory', ['resume', 'alone', '--region', 'eu-west-1'], /alone has no memory/],
    ['named twice', ['resume', 'orders', '--server', 'billing'], /Give the server once/],
    ['not named', ['pause'], /Name the server by its declared name\./],
    [
      'without records',
      ['runs', '--server', 'alone', '--region', 'eu-west-1'],
      /keep no records .*s3:\/\/BUCKET/s,
    ],
  ])('is refused where it is %s', async (_, args, message) => {
    const { code, stdout, stderr } = await headroom(...args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('cannot be looked up without the right, which the error names', async () => {
    functions.deny(true);
    const { code, stderr } = await headroom('memory', 'orders');
    functions.deny(false);
    expect(stderr).toMatch(/cannot be looked up \(AccessDeniedException.*lambda:GetFunctionConfiguration/);
    expect(code).toBe(3);
  });
});

describe('headroom test-message', () => {
  test('asks the function that sends all messages, in the name of the caller', async () => {
    const { code, stdout } = await headroom('test-message', 'orders');
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('All topics and receivers took a test message.'),
    ]);
    expect(functions.invocations.map((event) => JSON.parse(event))).toEqual([
      { headroom: 'test-message', by: ADA },
    ]);
  });

  test('without a server is bad usage', async () => {
    expect(await headroom('test-message')).toMatchObject({ code: 2, stdout: '' });
  });
});
