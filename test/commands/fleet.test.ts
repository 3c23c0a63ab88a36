import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FLEET_TABLES } from '../../functions/contract.ts';
import { PROOF_TEXT } from '../support/fleet.ts';
import { itemOfDatabase, keyOfDatabase, resourceOf } from '../support/fleet-cells.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb } from '../support/loopback-dynamodb.ts';
import { ADA, type LoopbackOperator, startLoopbackOperator } from '../support/loopback-operator.ts';
import { LOOPBACK_ACCOUNT, LOOPBACK_IDENTITY, startLoopbackServer } from '../support/loopback-server.ts';
import { runHeadroom } from './run-headroom.ts';

/** The commands of a fleet as processes of their own, over the wire. */

const REGISTRY = FLEET_TABLES.registry;
const later = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

let dynamodb: LoopbackDynamoDb;
let operator: LoopbackOperator;
let iam: Awaited<ReturnType<typeof startLoopbackServer>>;
let iamCalls: string[] = [];
let iamAnswer: { status: number; body: string } = { status: 200, body: '' };

beforeAll(async () => {
  dynamodb = await startLoopbackDynamoDb([{ name: REGISTRY, key: 'key' }]);
  operator = await startLoopbackOperator(() => true);
  iam = await startLoopbackServer(({ headers }, body, response) => {
    iamCalls.push(`${headers.authorization?.includes('/iam/aws4_request') ? 'signed ' : ''}${body}`);
    response.writeHead(iamAnswer.status, { 'content-type': 'text/xml' }).end(iamAnswer.body);
  });
  for (const item of [
    itemOfDatabase('orders'),
    itemOfDatabase('clone', { observeUntil: later(20), source: 'orders' }),
    itemOfDatabase('archive', { tag: 'absent', standing: 'untagged' }),
  ])
    await dynamodb.put({ key: { S: item.key }, item: { S: JSON.stringify(item) } }, REGISTRY);
  await dynamodb.put({ key: { S: 'cell#switch' }, proof: { S: PROOF_TEXT } }, REGISTRY);
});
afterAll(() => Promise.all([dynamodb.close(), operator.close(), iam.close()]));
beforeEach(() => {
  iamCalls = [];
  iamAnswer = { status: 200, body: '' };
});

const headroom = (args: readonly string[], input?: string) =>
  runHeadroom(args, {
    ...(input !== undefined && { input }),
    environment: {
      ...LOOPBACK_IDENTITY,
      ...dynamodb.environment,
      ...operator.environment,
      AWS_ENDPOINT_URL_IAM: `http://${iam.address}`,
    },
  });
const registryItem = (key: string) => dynamodb.getFrom(REGISTRY, { key: { S: key } });

describe('headroom fleet status, list and why', () => {
  test('show a cell to people and to programs', async () => {
    const { code, stdout } = await headroom(['fleet', 'status']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^eu-west-1, account 111122223333: 3 databases, 2 tagged, 1 enforcing\n/);
    const { ladder } = JSON.parse((await headroom(['fleet', 'status', '--json'])).stdout);
    expect(ladder[0]).toEqual({ step: 'tagged', reached: 2, waiting: [keyOfDatabase('archive')] });
    const list = await headroom(['fleet', 'list', '--at', 'enforcing', '--json']);
    expect(JSON.parse(list.stdout).databases.map(({ name }: { name: string }) => name)).toEqual(['clone']);
    const why = await headroom(['fleet', 'why', resourceOf('clone')]);
    expect(why.stdout).toContain('      headroom fleet accept clone');
  });

  test('say what is wrong where the cell cannot be read', async () => {
    dynamodb.behave('denying');
    const { code, stderr } = await headroom(['fleet', 'status', '--json']);
    dynamodb.behave('well');
    expect(code).toBe(3);
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'registry-unreadable',
      message: expect.stringMatching(/pg-headroom-registry does not answer .*dynamodb:Scan is allowed/),
    });
  });

  test('say that a database is not there', async () => {
    const { code, stderr } = await headroom(['fleet', 'why', 'oders']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/There is no database oders in the registry of eu-west-1 of account 111122223333/);
  });

  test('print the statements that name databases in place of the tag', async () => {
    const { stdout } = await headroom(['fleet', 'list', '--login-policy']);
    expect(JSON.parse(stdout).Statement).toHaveLength(2);
    expect(stdout).toContain(`dbuser:${resourceOf('orders')}/headroom"`);
  });
});

test('headroom fleet accept writes who accepted, once, and nothing else of the item', async () => {
  const before = await registryItem(keyOfDatabase('clone'));
  expect(await headroom(['fleet', 'accept', 'clone'])).toMatchObject({
    code: 0,
    stdout: 'clone is accepted: from the next run on its tag decides.\n',
  });
  const { accepted, ...rest } = (await registryItem(keyOfDatabase('clone'))) ?? {};
  expect(rest).toEqual(before);
  expect(JSON.parse(String(accepted?.S))).toMatchObject({ by: ADA });
  const again = await headroom(['fleet', 'accept', 'clone']);
  expect(again.stdout).toMatch(/^clone was accepted .* by .*ada@example.com\. Nothing was changed\.\n$/);
});

describe('headroom fleet pause and resume', () => {
  test('switch one database by its memory', async () => {
    const { stdout } = await headroom(['fleet', 'pause', 'orders', '--for', '2h', '--reason', 'drill']);
    expect(stdout).toMatch(
      /^orders is paused: from the next run on no session is ended, until \d{4}-.* UTC\.\n$/,
    );
    expect(await dynamodb.get(keyOfDatabase('orders'))).toMatchObject({
      pause: { M: { by: { S: ADA }, reason: { S: 'drill' } } },
    });
    expect((await headroom(['fleet', 'why', 'orders'])).stdout).toContain('headroom fleet resume orders');
    await headroom(['fleet', 'resume', 'orders']);
    expect(await dynamodb.get(keyOfDatabase('orders'))).toMatchObject({
      pause: { M: { by: { S: ADA }, resumed: { S: expect.any(String) } } },
    });
    expect((await headroom(['fleet', 'why', 'orders'])).stdout).toMatch(/^orders is looked after/);
  });

  test('switch the cell by one item', async () => {
    expect((await headroom(['fleet', 'pause', '--cell', '--reason', 'drill'])).code).toBe(0);
    expect(JSON.parse(String((await registryItem('cell#switch'))?.people?.S))).toMatchObject({
      mode: 'observe',
      by: ADA,
      reason: 'drill',
      until: null,
    });
    expect((await headroom(['fleet', 'status'])).stdout).toContain('The cell is switched to observe');
    await headroom(['fleet', 'resume', '--cell']);
    const { stdout } = await headroom(['fleet', 'status']);
    // A line break may come anywhere in it.
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/The cell was resumed .* UTC by .*ada/);
    expect(stdout).not.toContain('switched to');
  });

  test('try all cells, name those that they could not reach, and fail then', async () => {
    const cells = [
      { account: LOOPBACK_ACCOUNT, region: 'eu-west-1' },
      { account: '444455556666', region: 'eu-west-1' },
    ];
    const { code, stdout } = await headroom(
      ['fleet', 'pause', '--all', '--cells', '-'],
      JSON.stringify(cells),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^1 cell of 2 is paused: .*\nNot reached:\n- 444455556666 eu-west-1: arn:aws:iam::444455556666:role\/pg-headroom-fleet-operator-eu-west-1 /,
    );
    expect(await registryItem('cell#switch')).toMatchObject({
      people: { S: expect.stringContaining('observe') },
    });
    const own = JSON.stringify(cells.slice(0, 1));
    expect((await headroom(['fleet', 'resume', '--all', '--cells', '-'], own)).code).toBe(0);
  });

  test('ask for exactly one scope, and for cells that are cells', async () => {
    for (const args of [[], ['orders', '--cell']]) {
      const { code, stderr } = await headroom(['fleet', 'pause', ...args]);
      expect(code).toBe(2);
      expect(stderr).toContain('Name one of a database, --cell and --all.');
    }
    const wrong = await headroom(
      ['fleet', 'pause', '--all', '--cells', '-'],
      '[{"account":"1","region":"eu-west-1"}]',
    );
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('[0].account') });
  });
});

describe('headroom fleet stop', () => {
  const refusal = (code: string) =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;
  const role = 'RoleName=pg-headroom-fleet-login-vpc-0a1b2c3d4e5f60718';
  const policy = 'PolicyArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Apolicy%2Fpg-headroom-fleet-stop-eu-west-1';

  test('denies the logins of each network once, and allows them again', async () => {
    expect(await headroom(['fleet', 'stop'])).toMatchObject({
      code: 0,
      stdout: 'Logins of 1 of 1 networks are denied.\n',
    });
    expect(iamCalls).toEqual([`signed Action=AttachRolePolicy&Version=2010-05-08&${role}&${policy}`]);
    const people = async () => JSON.parse(String((await registryItem('cell#switch'))?.people?.S));
    expect(await people()).toMatchObject({ mode: 'off', by: ADA });
    await headroom(['fleet', 'stop', '--undo']);
    expect(iamCalls.at(-1)).toContain('Action=DetachRolePolicy');
    iamAnswer = { status: 404, body: refusal('NoSuchEntity') };
    expect(await headroom(['fleet', 'stop', '--undo'])).toMatchObject({ code: 0 });
    expect(await people()).toMatchObject({ mode: 'enforce', by: ADA });
  });

  test('leaves a pause of another person at the undo', async () => {
    await headroom(['fleet', 'pause', '--cell', '--reason', 'drill']);
    await headroom(['fleet', 'stop', '--undo']);
    expect(JSON.parse(String((await registryItem('cell#switch'))?.people?.S))).toMatchObject({
      reason: 'drill',
    });
    await headroom(['fleet', 'resume', '--cell']);
  });

  test('prints the same command where IAM refuses, and fails', async () => {
    iamAnswer = { status: 403, body: refusal('AccessDenied') };
    const { code, stdout } = await headroom(['fleet', 'stop']);
    expect(code).toBe(1);
    expect(stdout).toContain('Logins of 0 of 1 networks are denied.');
    expect(stdout).toMatch(
      /AccessDenied: no.*aws iam attach-role-policy --role-name pg-headroom-fleet-login-vpc-/,
    );
    const printed = await headroom(['fleet', 'stop', '--print']);
    expect(printed.stdout).toMatch(/^aws iam attach-role-policy .*\n$/);
  });
});
