import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryIn as memoryTable } from '../../functions/aws/memory-table.ts';
import { recallFrom } from '../../functions/aws/recall.ts';
import { BREAKER } from '../../functions/core/incident/breaker.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import { memoryDocument } from '../../functions/core/incident/memory-document.ts';
import { pauseAt } from '../../functions/core/run/pause.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { ADA, type LoopbackOperator, startLoopbackOperator } from '../support/loopback-operator.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { runHeadroom } from './run-headroom.ts';

let dynamodb: LoopbackDynamoDb;
let operator: LoopbackOperator;
let servers = 0;
let server: string;
beforeAll(async () => {
  dynamodb = await startLoopbackDynamoDb();
  operator = await startLoopbackOperator((name) => name.startsWith('pg-headroom-orders'));
});
afterAll(() => Promise.all([dynamodb.close(), operator.close()]));
beforeEach(() => {
  servers += 1;
  server = `orders-${servers}`;
});

const environment = () => ({ ...LOOPBACK_IDENTITY, ...dynamodb.environment, ...operator.environment });
/** The SDK looks for profiles in it. */
const NO_HOME = join(tmpdir(), 'headroom-no-home');
const ME = ADA;
const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString();

/** Puts the item as the report would have left it. */
function memoryIn(db: LoopbackDynamoDb, memory: Memory): Promise<void> {
  return db.put({ server: { S: server }, version: { N: '4' }, memory: { S: memoryDocument(memory) } });
}

function headroom(command: 'pause' | 'resume', ...args: readonly string[]) {
  return runHeadroom([command, '--server', server, '--table', TABLE, ...args], {
    environment: environment(),
  });
}

/** What the next run would go by. */
const recalled = async () => {
  for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
  const found = await recallFrom(server, TABLE, 60_000)();
  vi.unstubAllEnvs();
  return found;
};

describe('headroom pause and resume', () => {
  test('a paused server is paused for the next run, until it is resumed', async () => {
    expect(await headroom('pause', '--reason', 'fail-over "test"')).toEqual({
      code: 0,
      stdout: `${server} is paused: from the next run on, no session is ended until headroom resume.\n`,
      stderr: '',
    });
    const paused = { at: expect.stringMatching(/^\d{4}-.*Z$/), by: ME, reason: 'fail-over "test"' };
    expect(await recalled()).toMatchObject({ kind: 'read', paused });

    const { code, stdout, stderr } = await headroom('resume');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^${server} is resumed: .* It was paused since \\d{4}-.* UTC by ${ME} \\("fail-over "test""\\)\\.\n$`,
      ),
    );
    const resumed = { at: expect.stringMatching(/^\d{4}-.*Z$/), by: ME };
    expect(await recalled()).toMatchObject({ kind: 'read', paused: null, resumed });
  });

  test('pausing and resuming twice changes nothing the second time', async () => {
    await headroom('pause', '--reason', 'first');
    const item = await dynamodb.get(server);
    const again = await headroom('pause', '--reason', 'second');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toMatch(/was already paused, since .*\("first"\)\. Nothing was changed\.\n$/);
    expect(await dynamodb.get(server)).toEqual(item);
    await headroom('resume');
    expect((await headroom('resume')).stdout).toBe(`${server} was not paused. Nothing was changed.\n`);
  });

  test("the breaker's pause becomes one that stays, and is resumed like any other", async () => {
    const paused = { at: '2026-11-21T03:25:00.000Z', by: BREAKER, reason: 'in vain', until: IN_AN_HOUR };
    await memoryIn(dynamodb, { ...NOTHING_REMEMBERED, paused });
    expect((await headroom('pause')).stdout).toMatch(/ is paused: from the next run on, no session is ended/);
    expect(await recalled()).toMatchObject({ paused: { by: ME, until: null } });
    await memoryIn(dynamodb, { ...NOTHING_REMEMBERED, paused });
    const { stdout } = await headroom('resume');
    expect(stdout).toContain(
      'It was paused since 2026-11-21 03:25:00 UTC by the breaker ("in vain"), until ',
    );
    expect(await recalled()).toMatchObject({ paused: null });
  });

  test('what else is remembered of the server stays', async () => {
    const memory = { paused: null, told: ['reserve'], telling: [] };
    await dynamodb.put({
      server: { S: server },
      version: { N: '41' },
      memory: { S: JSON.stringify(memory) },
    });
    expect((await headroom('pause')).stderr).toBe('');
    const item = await dynamodb.get(server);
    expect(item?.version).toEqual({ N: '42' });
    expect(JSON.parse(String(item?.memory?.S))).toEqual(memory);
    expect(await recalled()).toMatchObject({ paused: { by: ME, reason: null } });
    // The next report takes the switch over, and keeps what was remembered.
    for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
    const store = memoryTable(TABLE);
    const known = await store.read(server);
    await store.write(server, { ...known, version: known.version + 1 });
    vi.unstubAllEnvs();
    expect(Object.keys((await dynamodb.get(server)) ?? {}).toSorted()).toEqual([
      ...['memory', 'server', 'version'],
    ]);
    expect(await recalled()).toMatchObject({ paused: { by: ME, reason: null } });
  });

  test('an item that is not understood is not written over', async () => {
    const item = { server: { S: server }, version: { N: '1' }, memory: { S: '{"incident":{}}' } };
    await dynamodb.put(item);
    const { code, stdout, stderr } = await headroom('pause');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`The memory of ${server} in table ${TABLE} is not understood`);
    expect(await dynamodb.get(server)).toEqual(item);
  });

  test('a pause for two hours ends by itself, and takes the place of one without end', async () => {
    await headroom('pause', '--reason', 'first');
    const { code, stdout } = await headroom('pause', '--for', '2h', '--reason', 'fail-over');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      / is paused: .* until \d{4}-.* UTC, or headroom resume\.\nThis replaces the pause since .*"first"/,
    );
    const found = await recalled();
    const paused = found?.kind === 'read' ? found.paused : null;
    const left = Date.parse(paused?.until ?? '') - Date.now();
    expect(left).toBeGreaterThan(110 * 60_000);
    expect(left).toBeLessThanOrEqual(120 * 60_000);
    expect(pauseAt(paused, Date.now() + 121 * 60_000)).toBeNull();
  });

  test.each(['pause', 'resume'])('%s refuses a server that does not exist', async (command) => {
    const args = [command, '--server', 'oders', '--table', TABLE];
    const { code, stdout, stderr } = await runHeadroom(args, { environment: environment() });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('There is no function pg-headroom-oders in eu-west-1');
    expect(await dynamodb.get('oders')).toBeUndefined();
  });

  test('without the right to ask for the function, a server that the table knows is paused with a note', async () => {
    operator.deny('lambda');
    const unknown = await headroom('pause');
    expect(unknown).toMatchObject({ code: 3, stdout: '' });
    expect(unknown.stderr).toContain('lambda:GetFunctionConfiguration');
    await memoryIn(dynamodb, NOTHING_REMEMBERED);
    const known = await headroom('pause');
    operator.deny(null);
    expect(known.code).toBe(0);
    expect(known.stderr).toContain('so it is taken to exist');
  });

  test('a pause without an answer about the identity is a pause all the same', async () => {
    operator.deny('sts');
    const { code, stderr } = await headroom('pause');
    operator.deny(null);
    expect(code).toBe(0);
    expect(stderr).toContain('AWS did not say who you are');
    expect(await recalled()).toMatchObject({
      paused: { by: expect.stringContaining('IAM identity unknown') },
    });
  });

  test('a service that refuses ends in exit code 3', async () => {
    dynamodb.behave('denying', 'UpdateItem');
    const { code, stderr } = await headroom('pause');
    dynamodb.behave('well');
    expect(code).toBe(3);
    expect(stderr).toContain('dynamodb:UpdateItem is allowed');
  });

  test('a region may be given by hand', async () => {
    const { AWS_REGION, ...elsewhere } = environment();
    const args = ['resume', '--server', server, '--table', TABLE, '--region', AWS_REGION];
    expect(await runHeadroom(args, { environment: elsewhere })).toMatchObject({ code: 0 });
  });

  test.each([
    ['a region', 'AWS_REGION', 2, 'No AWS region is known: set AWS_REGION'],
    ['an access key', 'AWS_ACCESS_KEY_ID', 3, 'no AWS credentials were found, '],
    ['a secret key', 'AWS_SECRET_ACCESS_KEY', 3, 'no AWS credentials were found, '],
  ])('without %s nothing is asked of the table', async (_, name, expected, what) => {
    const before = dynamodb.calls.length;
    const args = ['pause', '--server', server, '--table', TABLE];
    const nowhere = { AWS_EC2_METADATA_DISABLED: 'true', HOME: NO_HOME, [name]: '' };
    const { code, stderr } = await runHeadroom(args, { environment: { ...environment(), ...nowhere } });
    expect(code).toBe(expected);
    expect(stderr).toContain(what);
    expect(dynamodb.calls).toHaveLength(before);
  });

  test('a region that is none is told as what is wrong', async () => {
    const args = ['pause', '--server', server, '--table', TABLE];
    const { code, stderr } = await runHeadroom(args, {
      environment: { ...environment(), AWS_REGION: 'eu west' },
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /No AWS region is known: set AWS_REGION.*\(.*region="eu west" is not a valid hostname component\.?\)/,
    );
  });

  test.each([
    ['no server', ['pause', '--table', TABLE]],
    ['no length', ['pause', '--server', 'orders', '--table', TABLE, '--for', 'ever']],
    ['a length of nothing', ['pause', '--server', 'orders', '--table', TABLE, '--for', '0h']],
    ['an empty server', ['pause', '--table', TABLE, '--server', '']],
    ['no end of a reason', ['pause', '--server', 'orders', '--table', TABLE, '--reason', 'x'.repeat(201)]],
  ])('%s is bad usage', async (_, args) => {
    expect(await runHeadroom(args, { environment: environment() })).toMatchObject({ code: 2, stdout: '' });
  });
});
