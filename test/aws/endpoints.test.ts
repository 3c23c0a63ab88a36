import dns from 'node:dns';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { secretCredentials } from '../../functions/aws/credentials.ts';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import { fetchKept } from '../../functions/aws/records.ts';
import { publishTo } from '../../functions/aws/topics.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';

/** Where each client goes is AWS's to say, in each partition, and by FIPS and dual-stack as the environment asks. */

const REGIONS = [
  'us-east-1',
  'eu-west-1',
  'ap-southeast-5',
  'cn-north-1',
  'us-gov-west-1',
  'us-iso-east-1',
  'eusc-de-east-1',
];
const WAYS = [
  ['plainly', {}, {}],
  ['by FIPS', { AWS_USE_FIPS_ENDPOINT: 'true' }, { UseFIPS: true }],
  ['by dual-stack', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }, { UseDualStack: true }],
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

describe.each(Object.entries(CALLS))('%s', (_, { go, hostBy }) => {
  test.each(
    WAYS.flatMap(([way, environment, flags]) =>
      REGIONS.map((region) => [way, region, environment, flags] as const),
    ),
  )('is called %s in %s where the SDK says', async (__, region, environment, flags) => {
    for (const [name, value] of Object.entries({ ...environment, AWS_REGION: region }))
      vi.stubEnv(name, value);
    const expected = hostOf(() => hostBy({ Region: region, UseFIPS: false, UseDualStack: false, ...flags }));
    await expect(go()).rejects.toThrow();
    expect([...new Set(asked)]).toEqual(expected === null ? [] : [expected]);
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
