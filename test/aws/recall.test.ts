import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import { recallFrom } from '../../functions/aws/recall.ts';
import { coerceError } from '../../functions/core/base/errors.ts';
import { NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import type { Recall } from '../../functions/core/run/pause.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { LOOPBACK_IDENTITY, startLoopbackServer } from '../support/loopback-server.ts';

let dynamodb: LoopbackDynamoDb;
const environment = () => ({ ...LOOPBACK_IDENTITY, ...dynamodb.environment });

beforeAll(async () => {
  dynamodb = await startLoopbackDynamoDb();
});
afterAll(() => dynamodb.close());
beforeEach(() => {
  for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  dynamodb.behave('well');
});

const PAUSE = { at: '2026-11-21T03:15:42.512Z', by: 'ada', reason: null, until: null };
const PAUSED = JSON.stringify({ paused: PAUSE, told: [], telling: [] });
/** A slow machine has the time of a run that waits for nothing else. */
const recalledFrom = (server: string, table: string | null) => recallFrom(server, table, 60_000)();
const item = (fields: Parameters<LoopbackDynamoDb['put']>[0]) => fields;

describe('What remediate recalls', () => {
  test.each([
    ['nothing was ever written', null],
    [
      'nothing is wrong',
      { version: { N: '7' }, memory: { S: '{"paused":null,"told":["reserve"],"telling":[]}' } },
    ],
    ['it is paused', { version: { N: '3' }, memory: { S: PAUSED } }],
    ['the item is not ours', { colour: { S: 'blue' } }],
    [
      'the item is from another version',
      { version: { N: '3' }, memory: { S: '{"paused":null,"told":[],"telling":[],"incident":{}}' } },
    ],
  ])("is what DynamoDB's own client reads where %s", async (name, attributes) => {
    if (attributes !== null) await dynamodb.put(item({ server: { S: name }, ...attributes }));
    const read = memoryIn(TABLE).read(name);
    const expected = await read.then(
      ({ paused }) => ({ kind: 'read', table: TABLE, paused }),
      (thrown) => ({ kind: 'unreadable', table: TABLE, problem: coerceError(thrown).toProblem() }),
    );
    expect(await recalledFrom(name, TABLE)).toEqual(expected);
  });

  test('is what the client has written', async () => {
    await memoryIn(TABLE).write('été "1"', { ...NOTHING_REMEMBERED, version: 1, paused: PAUSE });
    expect(await recalledFrom('été "1"', TABLE)).toEqual({
      kind: 'read',
      table: TABLE,
      paused: PAUSE,
    });
  });

  test('is null where there is no table, and no call is made', async () => {
    const before = dynamodb.calls.length;
    expect(await recalledFrom('orders', null)).toBeNull();
    expect(dynamodb.calls).toHaveLength(before);
  });

  test("is signed with the function's own keys", async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'guessed');
    expect(await recalledFrom('orders', TABLE)).toMatchObject({
      problem: {
        message: expect.stringContaining('(InvalidSignatureException: The signature does not match'),
      },
    });
  });
});

describe('Memory that cannot be read is told as such, after one try', () => {
  const recalled = async (table = TABLE) => problemIn(await recalledFrom('orders', table));
  const problemIn = (found: Recall | null) => (found?.kind === 'unreadable' ? found.problem : found);

  test.each([
    ['the role may not', 'denying', 'AccessDeniedException: User: arn:aws:sts::'],
    ['the service fails', 'failing', 'InternalServerError: Try again.'],
  ] as const)('when %s', async (_, behaviour, found) => {
    dynamodb.behave(behaviour);
    const before = dynamodb.calls.length;
    expect(await recalled()).toEqual({
      code: 'memory-unreadable',
      message: expect.stringContaining(`The memory of orders in table ${TABLE} cannot be read (${found}`),
    });
    expect(dynamodb.calls.length - before).toBeLessThanOrEqual(1);
  });

  test('when nobody answers for 500 ms', async () => {
    dynamodb.behave('silent');
    expect(problemIn(await recallFrom('orders', TABLE)())).toEqual({
      code: 'memory-unreadable',
      message: expect.stringContaining('cannot be read (no answer in 500 ms'),
    });
  });

  test('when there is no such table', async () => {
    expect(await recalled('elsewhere')).toMatchObject({
      message: expect.stringContaining('(ResourceNotFoundException: '),
    });
  });

  test('when nothing listens', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://127.0.0.1:9');
    expect(await recalled()).toMatchObject({ message: expect.stringContaining('ECONNREFUSED') });
  });

  test('when the answer breaks off', async () => {
    const server = await startLoopbackServer((_request, _body, response) => {
      response.writeHead(200, { 'content-length': 9 }).write('{"Item":', () => response.socket?.destroy());
    });
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://${server.address}`);
    expect(await recalled()).toMatchObject({ code: 'memory-unreadable' });
    await server.close();
  });

  test('when there are no credentials', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    expect(await recalled()).toMatchObject({
      code: 'memory-unreadable',
      message: expect.stringContaining('no AWS credentials were found, '),
    });
  });
});
