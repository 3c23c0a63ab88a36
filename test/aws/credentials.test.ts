import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseSecret, secretCredentials } from '../../functions/aws/credentials.ts';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { connect } from '../../functions/postgres/connection/connect.ts';
import type { Target } from '../../functions/postgres/connection/target.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';
import { LOOPBACK_IDENTITY, startLoopbackServer } from '../support/loopback-server.ts';
import { inMs } from '../support/targets.ts';

const TARGET: Target = { host: 'orders.example', port: 5432, database: 'postgres', tls: { mode: 'off' } };
const PASSWORD = 'correct-horse-battery-staple';
const LOGIN = { username: 'headroom', password: PASSWORD };

/** Every shape in which a secret is found, good and bad. */
const SECRETS = {
  managed: LOGIN,
  standard: {
    ...LOGIN,
    engine: 'postgres',
    host: TARGET.host,
    port: 5432,
    dbname: 'orders',
    dbInstanceIdentifier: 'orders',
    masterarn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:master-a1B2c3',
  },
  'port-as-text': { ...LOGIN, host: TARGET.host, port: '6543' },
  'other-host': { ...LOGIN, host: 'billing.example' },
  'no-password': { username: 'headroom', passwort: PASSWORD },
  'empty-password': { ...LOGIN, password: '' },
  'password-as-number': { ...LOGIN, password: 4711_0815 },
  'no-user': { password: PASSWORD },
  list: [PASSWORD],
  text: PASSWORD,
};

/** In the middle of a rotation that gives a clone of the role its turn. */
const ROTATING = {
  SecretString: JSON.stringify(LOGIN),
  AWSPENDING: JSON.stringify({ username: 'headroom_clone', password: 'pending' }),
  AWSPREVIOUS: JSON.stringify({ username: 'headroom_clone', password: 'previous' }),
};

let aws: LoopbackAws;

beforeEach(async () => {
  const secrets = Object.entries(SECRETS).map(
    ([name, value]) => [name, { SecretString: JSON.stringify(value) }] as const,
  );
  aws = await startLoopbackAws({
    secrets: {
      ...Object.fromEntries(secrets),
      bare: { SecretString: PASSWORD },
      '-': { SecretString: '' },
      rotating: ROTATING,
    },
  });
  useEndpoint(aws.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

/** Nothing but the environment tells the client where to go, as in Lambda. */
function useEndpoint(url: string): void {
  const environment = { ...LOOPBACK_IDENTITY, AWS_ENDPOINT_URL_SECRETS_MANAGER: url };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}

const read = (secret: string) => secretCredentials(secret, TARGET)(0);

/** The error, of which no part and no cause holds what the secret holds. */
async function refusalOf(secret: string): Promise<RemediationError> {
  const error = await read(secret).then(
    () => new Error('It was accepted'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RemediationError)) throw error;
  const everything = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error);
  expect(everything).not.toMatch(/horse|47110815/);
  return error;
}

describe('a secret', () => {
  test.each(['managed', 'standard', 'port-as-text'])(
    'of the shape "%s" gives user and password',
    async (name) => {
      expect(await read(name)).toEqual({ user: 'headroom', password: PASSWORD });
    },
  );

  test('is read anew each time, for a rotation may have happened', async () => {
    const source = secretCredentials('managed', TARGET);
    await source(0);
    aws.rotate('managed', JSON.stringify({ ...LOGIN, password: 'rotated' }));
    expect(await source(1)).toEqual({ user: 'headroom', password: 'rotated' });
    expect(aws.requests.getSecretValue).toBe(2);
  });

  test('gives what is pending, then what was current before, when both copies of the current one were refused', async () => {
    const source = secretCredentials('rotating', TARGET);
    expect(await source(0)).toEqual({ user: 'headroom', password: PASSWORD });
    expect(await source(1)).toEqual({ user: 'headroom', password: PASSWORD });
    expect(await source(2)).toEqual({ user: 'headroom_clone', password: 'pending' });
    expect(await source(3)).toEqual({ user: 'headroom_clone', password: 'previous' });
    expect(await source(4)).toBeNull();
  });

  test('that was rotated gives the version before it where nothing is pending', async () => {
    aws.rotate('managed', JSON.stringify({ ...LOGIN, password: 'rotated' }));
    const source = secretCredentials('managed', TARGET);
    expect(await source(2)).toEqual({ user: 'headroom', password: PASSWORD });
    expect(await source(3)).toBeNull();
  });

  test('without anything pending has no others, and one that is gone is still an error', async () => {
    expect(await secretCredentials('managed', TARGET)(2)).toBeNull();
    await expect(secretCredentials('nobody', TARGET)(1)).rejects.toMatchObject({
      code: 'secret-unreadable',
    });
  });

  describe('that names its host as AWS makes it', () => {
    const instance = 'shop-1.abcdefghijkl.eu-west-1.rds.amazonaws.com';
    const withHost = (host: unknown) =>
      parseSecret(JSON.stringify({ username: 'headroom', password: 'x', host }), 'shop', { host: instance });

    test.each([
      ['nothing', undefined],
      ['null', null],
      ['an empty text', ''],
      ['the instance', instance],
      ['another case', 'Shop-1.ABCDEFGHIJKL.eu-west-1.rds.amazonaws.com'],
      ['a dot at the end', `${instance}.`],
      ["the cluster's endpoint", 'shop.cluster-abcdefghijkl.eu-west-1.rds.amazonaws.com'],
      ["the cluster's reader", 'shop.cluster-ro-abcdefghijkl.eu-west-1.rds.amazonaws.com'],
      ['a custom endpoint', 'bi.cluster-custom-abcdefghijkl.eu-west-1.rds.amazonaws.com'],
    ])('is taken with %s', (_, host) => {
      expect(withHost(host)).toEqual({ user: 'headroom', password: 'x' });
    });

    test.each([
      ['another instance', 'shop-2.abcdefghijkl.eu-west-1.rds.amazonaws.com'],
      ["another account's cluster", 'shop.cluster-mnopqrstuvwx.eu-west-1.rds.amazonaws.com'],
      ['a cluster of another region', 'shop.cluster-abcdefghijkl.us-east-1.rds.amazonaws.com'],
      ['a proxy', 'shop.proxy-abcdefghijkl.eu-west-1.rds.amazonaws.com'],
    ])('is refused with %s', (_, host) => {
      expect(() => withHost(host)).toThrow(/is for host/);
    });
  });

  test('for another host is refused, and both hosts are named', async () => {
    expect(await refusalOf('other-host')).toMatchObject({
      code: 'secret-malformed',
      message:
        'The secret other-host is for host "billing.example", but the configured host is "orders.example": give this server its own secret, or correct one of the two.',
    });
  });

  test.each([
    ['no-password', 'password'],
    ['empty-password', 'password'],
    ['password-as-number', 'password'],
    ['no-user', 'username'],
    ['list', 'a JSON object'],
    ['text', 'a JSON object'],
    ['bare', 'a JSON object'],
    ['-', 'a JSON object'],
  ])('such as "%s" is refused, and what is missing is named', async (name, missing) => {
    expect(await refusalOf(name)).toMatchObject({
      code: 'secret-malformed',
      message: `The secret ${name} is incomplete (missing or empty: ${missing}): expected JSON with "username" and "password".`,
    });
  });

  test('without a text, as a binary one is, is refused', () => {
    expect(() => parseSecret(undefined, 'binary', TARGET)).toThrow(
      expect.objectContaining({ code: 'secret-malformed' }),
    );
  });

  test('that does not exist is named, with what to check', async () => {
    expect(await refusalOf('nobody')).toMatchObject({
      code: 'secret-unreadable',
      message: expect.stringMatching(
        /^The secret nobody cannot be read \(ResourceNotFoundException: .*: check that it exists, that the function's role/,
      ),
    });
  });

  test('that cannot be read is the problem of the connection, and not tried again', async () => {
    const connection = await connect(TARGET, secretCredentials('no-password', TARGET), inMs(10_000));
    expect(connection).toMatchObject({
      problem: { code: 'secret-malformed' },
      connecting: { attempts: 0, refusals: [] },
    });
    expect(aws.requests.getSecretValue).toBe(1);
  });
});

describe('Secrets Manager', () => {
  test('that denies access is asked once, and its reason is told', async () => {
    let asked = 0;
    const denied = await startLoopbackServer((_, __, response) => {
      asked += 1;
      const Message = 'User: arn:aws:sts::111122223333:assumed-role/x is not authorized to perform this';
      response
        .writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ __type: 'AccessDeniedException', Message }));
    });
    useEndpoint(`http://${denied.address}`);
    expect(await refusalOf('managed')).toMatchObject({
      code: 'secret-unreadable',
      message: expect.stringContaining('(AccessDeniedException: User: arn:aws:sts::111122223333'),
    });
    expect(asked).toBe(1);
    await denied.close();
  });

  test.each([
    ['fails', 500, 'InternalServiceError'],
    ['is too busy', 400, 'ThrottlingException'],
  ])('that %s now and then is asked again', async (_, status, __type) => {
    let asked = 0;
    const shaky = await startLoopbackServer((_request, _body, response) => {
      asked += 1;
      const [code, body] =
        asked < 3
          ? [status, { __type, Message: 'sorry' }]
          : [200, { Name: 'managed', SecretString: JSON.stringify(LOGIN) }];
      response.writeHead(code, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    });
    useEndpoint(`http://${shaky.address}`);
    expect(await read('managed')).toEqual({ user: 'headroom', password: PASSWORD });
    expect(asked).toBe(3);
    await shaky.close();
  });

  test.each([
    ['goes on failing', 3, 500, '{"__type": "InternalServiceError"}', 'InternalServiceError'],
    ['answers what is no JSON', 1, 200, `{"SecretString": ${PASSWORD}`, 'an answer that is not JSON or XML'],
  ])('that %s is asked so often: %i', async (_, times, status, body, found) => {
    let asked = 0;
    const broken = await startLoopbackServer((_request, _body, response) => {
      asked += 1;
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
    });
    useEndpoint(`http://${broken.address}`);
    expect(await refusalOf('managed')).toMatchObject({
      code: 'secret-unreadable',
      message: expect.stringContaining(`cannot be read (${found}`),
    });
    expect(asked).toBe(times);
    await broken.close();
  });

  test('that never answers is given up after three seconds', async () => {
    const silent = await startLoopbackServer(() => {});
    useEndpoint(`http://${silent.address}`);
    const startedAt = performance.now();
    expect(await refusalOf('managed')).toMatchObject({
      code: 'secret-unreadable',
      message: expect.stringContaining('cannot be read (no answer in 5 s): check'),
    });
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThan(2_500);
    expect(tookMs).toBeLessThan(30_000);
    await silent.close();
  });
});
