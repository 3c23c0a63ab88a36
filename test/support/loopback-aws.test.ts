import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LoopbackAws, startLoopbackAws } from './loopback-aws.ts';
import { LOOPBACK_IDENTITY } from './loopback-server.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:people';
const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:billing-db-a1B2c3';

let aws: LoopbackAws;

beforeEach(async () => {
  aws = await startLoopbackAws({
    secrets: {
      'orders-db': { SecretString: '{"password":"now"}', AWSPENDING: '{"password":"soon"}' },
      [SECRET_ARN]: { SecretString: 'billing' },
    },
  });
  // As in Lambda, only the environment tells the clients where to go.
  for (const [name, value] of Object.entries({ ...LOOPBACK_IDENTITY, ...aws.environment }))
    vi.stubEnv(name, value);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

describe('SNS', () => {
  const publish = (input: Partial<PublishCommandInput>, client = new SNSClient()) =>
    client.send(new PublishCommand({ TopicArn: TOPIC, Message: 'text', ...input }));

  test('records what was published, as it was sent', async () => {
    const answer = await publish({
      Subject: 'Slots are gone: ö & <b> + 100 %',
      Message: 'line 1\nline 2 & "ünïcode" 漢字 🦀',
      MessageAttributes: {
        severity: { DataType: 'String', StringValue: 'high' },
        count: { DataType: 'Number', StringValue: '12.5' },
        raw: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
      },
    });

    expect(answer.MessageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(aws.published).toEqual([
      {
        topicArn: TOPIC,
        subject: 'Slots are gone: ö & <b> + 100 %',
        message: 'line 1\nline 2 & "ünïcode" 漢字 🦀',
        attributes: { severity: 'high', count: '12.5', raw: 'AQI=' },
      },
    ]);
  });

  test.each([
    ['of 100 characters', 'x'.repeat(100)],
    ['with a line break', 'one\ntwo'],
    ['with a control character', 'one\u0007two'],
    ['with a Unicode line separator', 'one\u2028two'],
    ['that is empty', ''],
  ])('refuses a subject %s', async (_, Subject) => {
    await expect(publish({ Subject })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Subject',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
    expect(aws.published).toEqual([]);
  });

  test('accepts a subject of 99 characters', async () => {
    await publish({ Subject: 'x'.repeat(99) });
    expect(aws.published).toHaveLength(1);
  });

  test('counts bytes, not characters, and the attributes among them, against 256 KiB', async () => {
    const tooLong = { name: 'InvalidParameterException', message: 'Invalid parameter: Message too long' };
    const attribute = { a: { DataType: 'String', StringValue: 'v' } }; // 8 bytes with name and type

    await publish({ Message: 'x'.repeat(262_144) });
    await publish({ Message: 'x'.repeat(262_136), MessageAttributes: attribute });
    await expect(publish({ Message: 'x'.repeat(262_145) })).rejects.toMatchObject(tooLong);
    await expect(publish({ Message: 'ö'.repeat(131_073) })).rejects.toMatchObject(tooLong);
    await expect(
      publish({ Message: 'x'.repeat(262_137), MessageAttributes: attribute }),
    ).rejects.toMatchObject(tooLong);
    await expect(publish({ Message: '' })).rejects.toMatchObject({
      message: 'Invalid parameter: Empty message',
    });
  });

  test.each([
    [
      'an empty value',
      'a',
      { DataType: 'String', StringValue: '' },
      /must contain non-empty message attribute value/,
    ],
    ['an unknown type', 'a', { DataType: 'Text', StringValue: 'v' }, /has an invalid message attribute type/],
    ['a value in the wrong field', 'a', { DataType: 'Binary', StringValue: 'v' }, /must use field 'Binary'/],
    ['a Number that is none', 'a', { DataType: 'Number', StringValue: 'many' }, /Could not cast/],
    ['a space in the name', 'a b', { DataType: 'String', StringValue: 'v' }, /'#x20' was found/],
    ['a dot at the start', '.a', { DataType: 'String', StringValue: 'v' }, /starting with character '\.'/],
    ['a dot at the end', 'a.', { DataType: 'String', StringValue: 'v' }, /ending with character '\.'/],
    ['two dots in a row', 'a..b', { DataType: 'String', StringValue: 'v' }, /successive '\.'/],
    ['a reserved prefix', 'AWS.a', { DataType: 'String', StringValue: 'v' }, /reserved prefix/],
    ['a long name', 'a'.repeat(256), { DataType: 'String', StringValue: 'v' }, /less than 256 bytes/],
  ])('refuses an attribute with %s', async (_, name, attribute, message) => {
    await expect(publish({ MessageAttributes: { [name]: attribute } })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['that is no ARN', 'people', /at least 6 elements, not 1/],
    ['of another region', 'arn:aws:sns:us-east-1:111122223333:people', /^Invalid parameter: TopicArn$/],
  ])('refuses a topic %s', async (_, TopicArn, message) => {
    await expect(publish({ TopicArn })).rejects.toThrow(message);
  });

  test('two failures are survived by the retries of the SDK, three are not', async () => {
    aws.fail(2);
    await publish({ Message: 'survives' });
    expect(aws.published).toHaveLength(1);
    expect(aws.requests.publish).toBe(3);

    aws.fail(3);
    await expect(publish({ Message: 'is lost' })).rejects.toMatchObject({
      name: 'InternalErrorException',
      $metadata: { httpStatusCode: 500, attempts: 3 },
    });
    expect(aws.published).toHaveLength(1);
  });

  test('throttling is retried, a missing permission is not', async () => {
    aws.fail(1, 'Throttling');
    expect((await publish({})).$metadata.attempts).toBe(2);

    aws.fail(1, 'Throttling');
    await expect(publish({}, new SNSClient({ maxAttempts: 1 }))).rejects.toMatchObject({
      name: 'Throttling',
      message: 'Rate exceeded',
    });

    aws.fail(1, 'AuthorizationError');
    await expect(publish({})).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      message: expect.stringContaining(`is not authorized to perform: SNS:Publish on resource: ${TOPIC}`),
      $metadata: { httpStatusCode: 403, attempts: 1 },
    });
  });

  test('a rule picks the messages that fail, until it is taken back', async () => {
    aws.fail(({ subject }) => (subject === 'second' ? 'AuthorizationError' : null));
    await publish({ Subject: 'first' });
    await expect(publish({ Subject: 'second' })).rejects.toThrow(/not authorized/);

    aws.fail(0);
    await publish({ Subject: 'second' });
    expect(aws.published.map(({ subject }) => subject)).toEqual(['first', 'second']);
  });

  test('an unsigned call is refused', async () => {
    const answer = await fetch(aws.url, { method: 'POST', body: new URLSearchParams({ Action: 'Publish' }) });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });
});

describe('Secrets Manager', () => {
  const get = (SecretId: string, VersionStage?: string) =>
    new SecretsManagerClient().send(
      new GetSecretValueCommand({ SecretId, ...(VersionStage === undefined ? {} : { VersionStage }) }),
    );

  test('finds a secret by name, by ARN and by ARN without its random part', async () => {
    const byName = await get('orders-db');
    expect(byName).toMatchObject({
      Name: 'orders-db',
      SecretString: '{"password":"now"}',
      VersionStages: ['AWSCURRENT'],
      CreatedDate: expect.any(Date),
    });
    expect((await get(String(byName.ARN))).VersionId).toBe(byName.VersionId);
    expect(await get(SECRET_ARN)).toMatchObject({
      ARN: SECRET_ARN,
      Name: 'billing-db',
      SecretString: 'billing',
    });
    expect((await get('billing-db')).SecretString).toBe('billing');
    expect((await get(SECRET_ARN.slice(0, -7))).SecretString).toBe('billing');
    expect(aws.requests.getSecretValue).toBe(5);
  });

  test('keeps the versions of a rotation apart', async () => {
    expect((await get('orders-db', 'AWSPENDING')).SecretString).toBe('{"password":"soon"}');
    await expect(get('orders-db', 'AWSPREVIOUS')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
    });

    aws.rotate('orders-db', '{"password":"soon"}');
    expect((await get('orders-db')).SecretString).toBe('{"password":"soon"}');
    expect((await get('orders-db', 'AWSPREVIOUS')).SecretString).toBe('{"password":"now"}');
    await expect(get('orders-db', 'AWSPENDING')).rejects.toThrow(/staging label: AWSPENDING/);
  });

  test('answers for an unknown secret as the service does', async () => {
    await expect(get('nobody')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
  });
});

test('listens below the ports that are handed out to clients, and only until it is closed', async () => {
  const port = Number(new URL(aws.url).port);
  expect(port).toBeLessThan(32_768);
  await aws.close();
  await expect(fetch(aws.url)).rejects.toThrow();
  aws = await startLoopbackAws();
});
