import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FLEET_TABLES } from '../../functions/contract.ts';
import { itemOfDatabase, keyOfDatabase } from '../support/fleet-cells.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb } from '../support/loopback-dynamodb.ts';
import { ADA, type LoopbackOperator, startLoopbackOperator } from '../support/loopback-operator.ts';
import { LOOPBACK_IDENTITY, startLoopbackServer } from '../support/loopback-server.ts';
import { runHeadroom } from './run-headroom.ts';

/** `headroom preflight --fleet --prove` as a process of its own. RDS, IAM and the function are on the loopback address. */

const REGISTRY = FLEET_TABLES.registry;
const TEST_DATABASE = itemOfDatabase('test', { tag: 'observe' });
const BY_IAM = {
  ...{ isIn: false, code: 'connect-denied' },
  refusals: [{ sqlstate: '28000', routine: 'auth_failed', count: 3 }],
};
const UNREACHABLE = { isIn: false, code: 'connect-unreachable', refusals: [] };
/** What Lambda answers in place of the function. */
const THROTTLED = { Reason: 'ConcurrentInvocationLimitExceeded' };
const IN = { isIn: true, code: null, refusals: [] };

let dynamodb: LoopbackDynamoDb;
let operator: LoopbackOperator;
let aws: Awaited<ReturnType<typeof startLoopbackServer>>;
let asked: { readonly name: string; readonly type: unknown; readonly event: unknown }[] = [];
let tags: string[] = [];
/** What the function answers, and what a person does then. */
let login: () => object = () => IN;

beforeAll(async () => {
  dynamodb = await startLoopbackDynamoDb([{ name: REGISTRY, key: 'key' }]);
  operator = await startLoopbackOperator(() => true);
  aws = await startLoopbackServer((request, body, response) => {
    const [, name] = /functions\/([^/]+)\/invocations$/.exec(request.url ?? '') ?? [];
    if (name !== undefined) {
      const type = request.headers['x-amz-invocation-type'] ?? null;
      asked.push({ name: decodeURIComponent(name), type, event: JSON.parse(body) });
      const answer = login();
      const isError = 'errorType' in answer;
      const headers = isError ? { 'x-amz-function-error': 'Unhandled' } : {};
      if (answer === THROTTLED) response.writeHead(429, { 'x-amzn-errortype': 'TooManyRequestsException' });
      else response.writeHead(200, headers);
      response.end(JSON.stringify(answer));
      return;
    }
    const form = new URLSearchParams(body);
    const isAllowed = form.get('Action') === 'ListTagsForResource';
    const list = tags.map((value) => `<Tag><Key>pg-headroom</Key><Value>${value}</Value></Tag>`).join('');
    response
      .writeHead(isAllowed ? 200 : 403, { 'content-type': 'text/xml' })
      .end(
        `<ListTagsForResourceResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><ListTagsForResourceResult><TagList>${list}</TagList></ListTagsForResourceResult></ListTagsForResourceResponse>`,
      );
  });
});
afterAll(() => Promise.all([dynamodb.close(), operator.close(), aws.close()]));
beforeEach(async () => {
  [asked, tags, login] = [[], ['observe'], () => IN];
  operator.deny(null);
  for (const item of [itemOfDatabase('orders'), TEST_DATABASE])
    await dynamodb.put({ key: { S: item.key }, item: { S: JSON.stringify(item) } }, REGISTRY);
  await dynamodb.put({ key: { S: 'cell#switch' }, organisation: { S: '{"mode":"enforce"}' } }, REGISTRY);
});

const preflight = (...args: readonly string[]) =>
  runHeadroom(['preflight', '--fleet', '--region', 'eu-west-1', ...args], {
    environment: {
      ...LOOPBACK_IDENTITY,
      ...dynamodb.environment,
      ...operator.environment,
      AWS_ENDPOINT_URL_LAMBDA: `http://${aws.address}`,
      AWS_ENDPOINT_URL_RDS: `http://${aws.address}`,
    },
  });
const kept = async () => {
  const { proof, ...others } = (await dynamodb.getFrom(REGISTRY, { key: { S: 'cell#switch' } })) ?? {};
  return { proof: JSON.parse(String(proof?.S ?? null)), others };
};

describe('headroom preflight --fleet --prove', () => {
  test('has the function of the network log in, waits for a person with the tag, and writes who proved it', async () => {
    // A person does at once what is asked.
    let refused = 0;
    login = () => {
      if (tags.length === 0) {
        refused += 1;
        if (refused === 3) setTimeout(() => tags.push('observe'), 1_000);
        return BY_IAM;
      }
      if (refused === 0) setTimeout(() => tags.pop(), 1_000);
      return IN;
    };
    const { code, stdout, stderr } = await preflight('--prove', 'test');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Proven: /) });
    const { proof, others } = await kept();
    expect(proof).toEqual({
      ...{ kind: 'tag', by: ADA, at: expect.any(String), database: TEST_DATABASE.key, why: null },
    });
    expect(others).toEqual({ key: { S: 'cell#switch' }, organisation: { S: '{"mode":"enforce"}' } });
    expect(stderr).toContain(
      `      aws rds remove-tags-from-resource --region eu-west-1 --resource-name ${TEST_DATABASE.arn} --tag-keys pg-headroom\n`,
    );
    expect(stderr).toContain("--tags 'Key=pg-headroom,Value=observe'");
    expect(new Set(asked.map((each) => JSON.stringify(each)))).toEqual(
      new Set([
        JSON.stringify({
          name: TEST_DATABASE.network?.function,
          type: null,
          event: { proof: 1, database: TEST_DATABASE.key },
        }),
      ]),
    );
    const status = await runHeadroom(['fleet', 'status'], {
      environment: { ...LOOPBACK_IDENTITY, ...dynamodb.environment },
    });
    expect(status.stdout.replaceAll(/\s+/g, ' ')).toContain(`Logins go by the tag: proven`);
  });

  test('says what kept it from an end, and writes nothing', async () => {
    login = () => UNREACHABLE;
    const shut = await preflight('--prove', 'test');
    expect(shut).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^No proof: .*connect-unreachable/),
    });
    tags = [];
    const untagged = await preflight('--prove', 'test', '--json');
    expect(JSON.parse(untagged.stdout)).toMatchObject({ kind: 'no-proof', by: ADA });
    expect((await kept()).proof).toBeNull();
  });

  test('goes on where Lambda refuses an invocation once: the tag may be away', async () => {
    let invocations = 0;
    login = () => (++invocations === 1 ? THROTTLED : UNREACHABLE);
    const { code, stdout } = await preflight('--prove', 'test');
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^No proof: .*connect-unreachable/)]);
    expect(asked).toHaveLength(2);
  });

  test('fails where the function is of another version, and where the caller has no name', async () => {
    login = () => ({ errorType: 'event-unknown', errorMessage: 'The event is not one' });
    const older = await preflight('--prove', 'test');
    expect(older).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('event-unknown') });
    operator.deny('sts');
    const nameless = await preflight('--prove', 'test');
    expect(nameless.code).toBe(3);
    expect(nameless.stderr).toContain('a proof has a name');
    expect((await preflight('--by-ids')).code).toBe(3);
    expect((await kept()).proof).toBeNull();
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['stopped', { standing: 'skipped', why: 'status', status: 'stopped' }, 'RDS says stopped'],
    ['declared', { standing: 'declared', declaredAs: 'shop' }, 'declared as shop'],
    ['lonely', { network: null, standing: 'skipped', why: 'no-network' }, 'reached by no fleet-network'],
    // Its server may refuse as IAM does: the proof would fail, and take the place of a true one.
    ['iamless', { iam: false, standing: 'skipped', why: 'iam-off' }, 'IAM authentication is off'],
  ] as const)('tries no login to a database that is %s', async (name, fields, found) => {
    const item = itemOfDatabase(name, fields);
    await dynamodb.put({ key: { S: item.key }, item: { S: JSON.stringify(item) } }, REGISTRY);
    login = () => UNREACHABLE;
    const { code, stderr } = await preflight('--prove', name);
    expect([code, asked.length]).toEqual([2, 0]);
    expect(stderr).toContain(`${name} cannot be the test database of a proof (${found})`);
    expect((await kept()).proof).toBeNull();
  });

  test('asks for a database of the cell', async () => {
    const { code, stderr } = await preflight('--prove', 'tset');
    expect([code, asked.length]).toEqual([2, 0]);
    expect(stderr).toContain('There is no database tset');
  });
});

test('headroom preflight --fleet --by-ids writes who says that login roles name databases by their ids', async () => {
  const { code, stdout } = await preflight('--by-ids');
  expect([code, stdout]).toEqual([0, expect.stringContaining('headroom fleet list --login-policy')]);
  expect((await kept()).proof).toEqual({
    ...{ kind: 'ids', by: ADA, at: expect.any(String), database: null, why: null },
  });
  expect((await preflight('--by-ids', '--prove', keyOfDatabase('test'))).code).toBe(2);
});
