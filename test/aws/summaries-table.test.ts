import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lookAtCellIn } from '../../functions/aws/look-at-cell.ts';
import { itemOf } from '../../functions/aws/memory-item.ts';
import { summariesIn } from '../../functions/aws/summaries-table.ts';
import { NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import { itemOfDatabase, keyOfDatabase } from '../support/fleet-cells.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb } from '../support/loopback-dynamodb.ts';
import { LOOPBACK_IDENTITY, LOOPBACK_REGION } from '../support/loopback-server.ts';
import { DIGEST_NOW, mixedSummary } from '../support/summaries-of-cells.ts';

const TABLE = 'summaries';
const ACCOUNT = '222222222222';
let dynamodb: LoopbackDynamoDb;

beforeEach(async () => {
  dynamodb = await startLoopbackDynamoDb([
    { name: TABLE, key: 'account' },
    { name: 'registry', key: 'key' },
    { name: 'fleet-memory', key: 'server' },
  ]);
  for (const [name, value] of Object.entries({ ...LOOPBACK_IDENTITY, ...dynamodb.environment }))
    vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await dynamodb.close();
});

const { keep, readAll } = summariesIn(TABLE);
const heard = (region: string, given: object = {}) => ({
  ...{ account: ACCOUNT, region },
  text: JSON.stringify(mixedSummary({ region, ...given })),
});

describe('The summaries at the hub', () => {
  test('are the newest of each region of each account', async () => {
    expect(await keep(heard('eu-west-1', { databases: 3 }), DIGEST_NOW - 1)).toBe(true);
    expect(await keep(heard('us-east-1'), DIGEST_NOW)).toBe(true);
    expect(await keep({ ...heard('eu-west-1'), account: '333333333333' }, DIGEST_NOW)).toBe(true);
    expect(await keep(heard('eu-west-1', { databases: 4 }), DIGEST_NOW)).toBe(true);
    const all = await readAll();
    expect(all).toHaveLength(3);
    expect(all).toContainEqual({
      ...{ account: ACCOUNT, region: 'eu-west-1', heardAt: DIGEST_NOW },
      summary: mixedSummary({ databases: 4 }),
    });
  });

  test('of an account that claims more than 50 regions are those that it named first', async () => {
    for (let at = 1; at <= 50; at += 1) expect(await keep(heard(`xx-west-${at}`), DIGEST_NOW)).toBe(true);
    expect(await keep(heard('xx-west-51'), DIGEST_NOW)).toBe(false);
    expect(await keep(heard('xx-west-7', { databases: 9 }), DIGEST_NOW + 1)).toBe(true);
    expect(await readAll()).toHaveLength(50);
  });

  test('that are corrupt are cells that cannot be read, and hide no other one', async () => {
    await keep(heard('eu-west-1'), DIGEST_NOW);
    await keep({ ...heard('us-east-1'), text: '{"databases":' }, DIGEST_NOW);
    await dynamodb.put(
      { account: { S: '444444444444' }, 'eu-west-1': { S: 'no map' }, other: { M: {} } },
      TABLE,
    );
    await dynamodb.put({ account: { S: '555555555555' }, 'eu-west-1': { M: {} } }, TABLE);
    const all = await readAll();
    expect(all.map(({ account, region, summary }) => [account, region, summary === null]).toSorted()).toEqual(
      [
        [ACCOUNT, 'eu-west-1', false],
        [ACCOUNT, 'us-east-1', true],
        ['555555555555', 'eu-west-1', true],
      ],
    );
  });

  test('expire 90 days after the account was heard last', async () => {
    await keep(heard('eu-west-1'), DIGEST_NOW);
    const [item] = await dynamodb.all(TABLE);
    expect(item?.expiresAt).toEqual({ N: String(DIGEST_NOW / 1_000 + 90 * 24 * 3_600) });
  });

  test('are not there while the table does not answer, which is an error', async () => {
    dynamodb.behave('denying');
    await expect(readAll()).rejects.toMatchObject({ code: 'registry-unreadable' });
    await expect(keep(heard('eu-west-1'), DIGEST_NOW)).rejects.toMatchObject({ code: 'registry-unwritable' });
  });
});

describe('A look at a cell', () => {
  const look = lookAtCellIn({ registry: 'registry', table: 'fleet-memory' });

  test('reads registry and memory as the status does, and the week that databases remember', async () => {
    const item = itemOfDatabase('orders');
    await dynamodb.put({ key: { S: item.key }, item: { S: JSON.stringify(item) } }, 'registry');
    const closed = [
      {
        openedAt: new Date(DIGEST_NOW).toISOString(),
        lastRunAt: new Date(DIGEST_NOW).toISOString(),
        culprit: null,
      },
    ];
    const memory = { ...NOTHING_REMEMBERED, version: 1, told: ['reserve'], closed };
    await dynamodb.put(itemOf({ server: item.key, table: 'fleet-memory' }, memory), 'fleet-memory');
    const { view, past } = await look(DIGEST_NOW);
    expect(view.region).toBe(LOOPBACK_REGION);
    expect(view.places[0]?.lacking).toEqual([{ step: 'reserve', problem: 'no-reserve' }]);
    expect(past).toEqual([{ incidents: 1, ended: 0 }]);
  });

  test('goes past a memory that it cannot read', async () => {
    await dynamodb.put({ server: { S: keyOfDatabase('orders') }, memory: { S: '{' } }, 'fleet-memory');
    expect(await look(DIGEST_NOW)).toMatchObject({ past: [{ incidents: 0, ended: 0 }] });
  });

  test('fails where a table does not answer', async () => {
    dynamodb.behave('denying');
    await expect(look(DIGEST_NOW)).rejects.toMatchObject({ code: 'registry-unreadable' });
  });
});
