import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readRegistryItems, runItemsIn } from '../../functions/aws/fleet-run-items.ts';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import { attentionIn, claimsIn, registryIn } from '../../functions/aws/registry-table.ts';
import { registryItemText } from '../../functions/core/fleet/registry-item.ts';
import { runEventOf } from '../../functions/core/fleet/run-event.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { parseFleetDelivery } from '../../functions/fleet/parse-fleet-delivery.ts';
import { resolveRun } from '../../functions/fleet/resolve-run.ts';
import { FLEET_NOW, PROOF_TEXT, registered } from '../support/fleet.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb } from '../support/loopback-dynamodb.ts';
import { LOOPBACK_IDENTITY, startLoopbackServer } from '../support/loopback-server.ts';
import { recordOf } from '../support/records.ts';

const TABLES = { registry: 'registry', memory: 'fleet-memory', outbox: 'outbox' };
const { key } = registered();
let dynamodb: LoopbackDynamoDb;

beforeEach(async () => {
  dynamodb = await startLoopbackDynamoDb([
    { name: TABLES.registry, key: 'key' },
    { name: 'claims', key: 'key' },
    { name: TABLES.memory, key: 'server', index: 'attention' },
    { name: TABLES.outbox, key: 'key', sort: 'run' },
  ]);
  for (const [name, value] of Object.entries({ ...LOOPBACK_IDENTITY, ...dynamodb.environment }))
    vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await dynamodb.close();
});

const write = (expiresAt: number | null = null) => {
  const { accepted: _, ...item } = registered();
  return registryIn(TABLES.registry).writeDatabase({ item, expiresAt });
};

describe('The registry', () => {
  test('is read as it was written, with what people wrote beside it', async () => {
    await dynamodb.put(
      { key: { S: key }, accepted: { S: '{"by":"alice","at":"2026-11-29T01:00:00.000Z"}' } },
      TABLES.registry,
    );
    await write();
    await registryIn(TABLES.registry).writeCell({
      key: 'cell#switch',
      attribute: 'organisation',
      text: '{"mode":"off"}',
    });
    const rows = await registryIn(TABLES.registry).readRegistry();
    expect(rows.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([
      { key: 'cell#switch', texts: { organisation: '{"mode":"off"}' } },
      {
        key,
        texts: {
          item: registryItemText(registered()),
          accepted: '{"by":"alice","at":"2026-11-29T01:00:00.000Z"}',
        },
      },
    ]);
  });

  test('drops what is gone at its time, and keeps what came back', async () => {
    await write(1_900_000_000);
    expect((await dynamodb.getFrom(TABLES.registry, { key: { S: key } }))?.expiresAt).toEqual({
      N: '1900000000',
    });
    await write();
    expect((await dynamodb.getFrom(TABLES.registry, { key: { S: key } }))?.expiresAt).toBeUndefined();
  });

  test('loses an attribute that is written as nothing, and no other', async () => {
    const { writeCell, readRegistry } = registryIn(TABLES.registry);
    await writeCell({ key: 'cell#switch', attribute: 'organisation', text: '{}' });
    await dynamodb.put(
      { key: { S: 'cell#switch' }, people: { S: 'p' }, organisation: { S: 'o' } },
      TABLES.registry,
    );
    await writeCell({ key: 'cell#switch', attribute: 'organisation', text: null });
    expect(await readRegistry()).toEqual([{ key: 'cell#switch', texts: { people: 'p' } }]);
  });

  test('of many pages is read whole', async () => {
    const text = 'x'.repeat(100_000);
    for (let at = 0; at < 25; at += 1)
      await dynamodb.put({ key: { S: `vpc-${at}` }, item: { S: text } }, TABLES.registry);
    expect(await registryIn(TABLES.registry).readRegistry()).toHaveLength(25);
    expect(dynamodb.calls.filter(({ operation }) => operation === 'Scan').length).toBeGreaterThan(1);
  });

  test.each(['denying', 'failing'] as const)(
    'of a table that is %s is an error, and never empty',
    async (behaviour) => {
      dynamodb.behave(behaviour);
      await expect(registryIn(TABLES.registry).readRegistry()).rejects.toMatchObject({
        code: 'registry-unreadable',
      });
      await expect(write()).rejects.toMatchObject({ code: 'registry-unwritable' });
    },
  );
});

describe('A claim', () => {
  const claim = (owner: string, until: number, now = FLEET_NOW) =>
    claimsIn('claims', () => now)({ key: 'token#a', owner, until });

  test('is taken once, and again when it is over', async () => {
    expect(await claim('one', FLEET_NOW + 60_000)).toBe(true);
    expect(await claim('two', FLEET_NOW + 60_000)).toBe(false);
    expect(await claim('two', FLEET_NOW + 120_000, FLEET_NOW + 59_999)).toBe(false);
    expect(await claim('two', FLEET_NOW + 120_000, FLEET_NOW + 60_000)).toBe(true);
    expect((await dynamodb.getFrom('claims', { key: { S: 'token#a' } }))?.expiresAt).toEqual({
      N: String(FLEET_NOW / 1_000 + 120),
    });
  });

  test('whose answer was lost is ours at the next try', async () => {
    expect(await claim('one', FLEET_NOW + 60_000)).toBe(true);
    expect(await claim('one', FLEET_NOW + 60_000)).toBe(true);
  });
});

describe('The attention of a database', () => {
  const fleet: NonNullable<Memory['fleet']> = {
    ...{ failures: 2, failedAt: '2026-11-29T02:55:00.000Z', failedBy: 'connect-unreachable' },
    ...{ busyAt: '2026-11-29T02:00:00.000Z', lastRunId: 'r' },
  };
  const remember = (given: Partial<Memory>, version = 1) =>
    memoryIn(TABLES.memory).write(key, { ...NOTHING_REMEMBERED, ...given, version });

  test('is in the index beside its memory, and leaves it when it is calm', async () => {
    await remember({ fleet });
    const { lastRunId: _, ...known } = fleet;
    expect(await attentionIn(TABLES.memory)()).toEqual(new Map([[key, { ...known, incident: false }]]));
    expect(await memoryIn(TABLES.memory).read(key)).toMatchObject({ fleet });
    await remember({ fleet: { ...fleet, failures: 0, failedAt: null, failedBy: null, busyAt: null } }, 2);
    expect(await attentionIn(TABLES.memory)()).toEqual(new Map());
  });

  test('is none of a server that is declared', async () => {
    await remember({ busySince: '2026-11-29T02:00:00.000Z' });
    expect(
      Object.keys((await dynamodb.getFrom(TABLES.memory, { server: { S: key } })) ?? {}).toSorted(),
    ).toEqual(['memory', 'server', 'version']);
  });
});

describe('A run', () => {
  const items = () => runItemsIn(TABLES);

  test('reads everything in one request', async () => {
    await write();
    await dynamodb.put(
      {
        key: { S: 'cell#policy#default' },
        item: { S: '{"name":"default","text":"{}","hash":null,"copiedAt":"now"}' },
      },
      TABLES.registry,
    );
    await dynamodb.put({ key: { S: 'cell#switch' }, proof: { S: PROOF_TEXT } }, TABLES.registry);
    const rows = await items().readRun(key, runEventOf(registered(), 'sweep', FLEET_NOW).policy);
    expect(resolveRun(rows, FLEET_NOW)).toMatchObject({
      role: 'headroom',
      mode: { mode: 'enforce' },
      memory: NOTHING_REMEMBERED,
    });
    expect(dynamodb.calls.slice(1).map(({ operation }) => operation)).toEqual(['BatchGetItem']);
  });

  test('of a database that is not there finds nothing to do', async () => {
    expect(resolveRun(await items().readRun(key, 'default'), FLEET_NOW)).toEqual({
      why: 'the registry has no such database',
    });
  });

  test('of which DynamoDB leaves items unread is an error, and not a database that is not there', async () => {
    const server = await startLoopbackServer((_request, body, response) => {
      const { RequestItems } = JSON.parse(body);
      response.writeHead(200).end(JSON.stringify({ Responses: {}, UnprocessedKeys: RequestItems }));
    });
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://${server.address}`);
    await expect(items().readRun(key, 'default')).rejects.toMatchObject({
      code: 'registry-unreadable',
      message: expect.stringContaining('only a part'),
    });
    await server.close();
  });

  test('whose memory cannot be read is an error', async () => {
    await write();
    await dynamodb.put({ server: { S: key }, colour: { S: 'blue' } }, TABLES.memory);
    await expect(items().readRun(key, 'default')).rejects.toMatchObject({ code: 'memory-unreadable' });
  });

  test('leaves a record that report reads as that of its database', async () => {
    const result = packRecord(recordOf('recovered'));
    await items().post({ key, run: 'run-1', result, facts: { failedBy: null, isBusy: true, askedAt: null } });
    const image = await dynamodb.getFrom(TABLES.outbox, { key: { S: key }, run: { S: 'run-1' } });
    expect(
      parseFleetDelivery({ Records: [{ eventSource: 'aws:dynamodb', dynamodb: { NewImage: image } }] }),
    ).toEqual({
      kind: 'run',
      delivery: {
        ...{ key, runId: 'run-1', facts: { failedBy: null, isBusy: true, askedAt: null }, functionArn: null },
        destination: {
          kind: 'record',
          functionName: null,
          requestId: 'run-1',
          payload: JSON.parse(JSON.stringify(result)),
        },
      },
    });
  });

  test('has single items read for its report', async () => {
    await write();
    expect(await readRegistryItems(TABLES.registry, [key, 'cell#state'])).toEqual([
      { key, texts: { item: registryItemText(registered()) } },
    ]);
  });
});
