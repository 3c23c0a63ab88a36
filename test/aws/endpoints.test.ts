import dns from 'node:dns';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { secretCredentials } from '../../functions/aws/credentials.ts';
import { logTriggers } from '../../functions/aws/log-triggers.ts';
import { stopLogins } from '../../functions/aws/login-stop.ts';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import { describeDatabases } from '../../functions/aws/rds-api.ts';
import { fetchKept } from '../../functions/aws/records.ts';
import { publishTo } from '../../functions/aws/topics.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { PARTITIONS } from '../support/aws-partitions.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';

/** Where each client goes is AWS's to say, in each partition, and by FIPS and dual-stack as the environment asks. */

/** A region that the list does not have yet, in its first partition. */
const TOMORROW = 'eu-north-9';
const REGIONS = [
  ...PARTITIONS.map(({ id, regions }) => [id, regions] as const),
  ['a region of tomorrow', [TOMORROW]] as const,
];
const FIPS = { AWS_USE_FIPS_ENDPOINT: 'true' };
const DUAL_STACK = { AWS_USE_DUALSTACK_ENDPOINT: 'true' };
const WAYS = [
  ['plainly', {}, {}],
  ['by FIPS', FIPS, { UseFIPS: true }],
  ['by dual-stack', DUAL_STACK, { UseDualStack: true }],
  ['by FIPS and dual-stack', { ...FIPS, ...DUAL_STACK }, { UseFIPS: true, UseDualStack: true }],
] as const;

type Parameters = { readonly Region: string; readonly UseFIPS: boolean; readonly UseDualStack: boolean };
type Call = { readonly go: () => Promise<unknown>; readonly hostBy: (parameters: Parameters) => URL };

const MESSAGE = { subject: 's', text: 't', attributes: {} } as unknown as Message;
const CALLS: Readonly<Record<string, Call>> = {
  'Secrets Manager': {
    go: () => secretCredentials('orders', { host: 'db' })(0),
    hostBy: (parameters) => new SecretsManagerClient({}).config.endpointProvider(parameters).url,
  },
  DynamoDB: {
    go: () => memoryIn('memory').read('orders'),
    hostBy: (parameters) => new DynamoDBClient({}).config.endpointProvider(parameters).url,
  },
  S3: {
    go: () => fetchKept({ bucket: 'records', key: 'run.json' }),
    hostBy: (parameters) =>
      new S3Client({}).config.endpointProvider({ ...parameters, Bucket: 'records' }).url,
  },
  SNS: {
    go: () => publishTo('arn:aws:sns:eu-west-1:111122223333:people', null).people(MESSAGE),
    hostBy: (parameters) => new SNSClient({}).config.endpointProvider(parameters).url,
  },
  RDS: {
    go: () => describeDatabases(),
    hostBy: (parameters) => new RDSClient({}).config.endpointProvider(parameters).url,
  },
  'CloudWatch Logs': {
    go: () => logTriggers('arn of intake').subscriptionsOf('g'),
    hostBy: (parameters) => new CloudWatchLogsClient({}).config.endpointProvider(parameters).url,
  },
  IAM: {
    go: () => {
      const { AWS_REGION: region = '' } = process.env;
      return stopLogins({ vpc: 'vpc-0a', partition: 'aws', account: '111122223333', region }, true);
    },
    hostBy: (parameters) => new IAMClient({}).config.endpointProvider(parameters).url,
  },
};

const asked: string[] = [];
beforeEach(() => {
  asked.length = 0;
  // No name is looked up, and nothing leaves this machine.
  vi.spyOn(dns, 'lookup').mockImplementation(((host: string, _: unknown, done: (error: Error) => void) => {
    asked.push(host);
    done(new Error('this test looks nothing up'));
  }) as never);
  for (const [name, value] of Object.entries(LOOPBACK_IDENTITY)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test('the SDK knows the partitions of AWS, and some forty regions', () => {
  const known = PARTITIONS.map(({ id }) => id);
  expect(known).toEqual(expect.arrayContaining(['aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-eusc']));
  expect(REGIONS.flatMap(([, regions]) => regions).length).toBeGreaterThan(40);
});

describe.each(Object.entries(CALLS))('%s', (_, { go, hostBy }) => {
  const cases = WAYS.flatMap(([way, environment, flags]) =>
    REGIONS.map(([partition, regions]) => [way, partition, regions, environment, flags] as const),
  );

  test.each(cases)('is called %s where the SDK says, in each region of %s', async (...given) => {
    const [, , regions, environment, flags] = given;
    for (const region of regions) {
      asked.length = 0;
      for (const [name, value] of Object.entries({ ...environment, AWS_REGION: region }))
        vi.stubEnv(name, value);
      const parameters = { Region: region, UseFIPS: false, UseDualStack: false, ...flags };
      const expected = hostOf(() => hostBy(parameters));
      await expect(go(), region).rejects.toThrow();
      expect([region, ...new Set(asked)]).toEqual(expected === null ? [region] : [region, expected]);
    }
  });
});

/** Null where the partition has no such endpoint: then nobody is asked. */
function hostOf(url: () => URL): string | null {
  try {
    return url().hostname;
  } catch {
    return null;
  }
}
