import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FLEET_ROLES, FLEET_TABLES } from '../../functions/contract.ts';
import {
  type CellOfBundles,
  keyInBundles,
  REMEDIATE_OF_BUNDLES,
  startCellOfBundles,
} from '../support/cell-of-bundles.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { type EnrolledServer, startEnrolledServer } from '../support/enrolled-server.ts';
import { TABLE } from '../support/loopback-dynamodb.ts';

/** The bundles of a cell with one real server. */

let enrolled: EnrolledServer;

beforeAll(async () => {
  enrolled = await startEnrolledServer(await selfSignedCertificates());
  // What the first run then tells of.
  await enrolled.server.query(`ALTER ROLE ${FLEET_ROLES.observes} CONNECTION LIMIT -1`);
});
afterAll(() => enrolled.server.stop());

async function openCell(stack: AsyncDisposableStack) {
  const cell = await startCellOfBundles(stack, enrolled.caFile);
  const show = (port: number, tag = 'enforce') =>
    cell.show([{ name: 'orders', address: { host: '127.0.0.1', port }, tag }]);
  show(enrolled.server.port);
  return { ...cell, show };
}

/** Reports what a run left. How many records there were. */
async function report({
  takeRecords,
  report: deliver,
}: Pick<CellOfBundles, 'takeRecords' | 'report'>): Promise<number> {
  const records = await takeRecords();
  for (const record of records) await deliver(record);
  return records.length;
}

describe('A cell of bundles', () => {
  let stack: AsyncDisposableStack;
  let cell: Awaited<ReturnType<typeof openCell>>;
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    cell = await openCell(stack);
    return () => stack.disposeAsync();
  });

  test('registers a tagged database, looks as the role that only observes, and tells once what is wrong with it', async () => {
    const [first] = await cell.dispatch();
    expect(first).toMatchObject({ functionName: REMEDIATE_OF_BUNDLES, error: null });
    expect(first?.event).toMatchObject({
      fleet: 1,
      database: keyInBundles('orders'),
      trigger: 'sweep',
      policy: 'default',
    });
    expect(await report(cell)).toBe(1);
    expect(JSON.stringify(cell.aws.published)).toContain(
      `Role ${FLEET_ROLES.observes} has no CONNECTION LIMIT`,
    );
    await cell.run(first?.event);
    expect(await report(cell)).toBe(0);
    expect(cell.said()).toContain('"event":"quiet-run"');
    expect(cell.aws.published).toHaveLength(1);
    expect(cell.said()).toContain('"UnwellDatabases":0');
    expect(cell.said()).not.toMatch(/X-Amz-|loopback-s/);
  });

  test('tells a database that is out of reach at its second run, with its owner, and tries it less often', async () => {
    cell.show(1);
    const [first] = await cell.dispatch();
    expect(await report(cell)).toBe(1);
    expect(cell.aws.published).toEqual([]);
    await cell.run(first?.event);
    expect(await report(cell)).toBe(1);
    expect(cell.aws.published).toHaveLength(1);
    const message = JSON.stringify(cell.aws.published);
    expect(message).toContain('orders');
    expect(message).toContain('shop');
    expect(await cell.dispatch()).toEqual([]);
    expect(cell.said()).toContain('"UnwellDatabases":1');
  });

  test('touches nothing of a database that was untagged between event and run', async () => {
    const [first] = await cell.dispatch();
    cell.show(enrolled.server.port, 'off');
    expect(await cell.dispatch()).toEqual([]);
    await cell.run(first?.event);
    expect(cell.said()).toContain('"event":"nothing-to-do"');
  });

  test('does nothing and says so while its registry cannot be read', async () => {
    const [first] = await cell.dispatch();
    cell.dynamodb.behave('denying');
    const { error } = await cell.run(first?.event);
    expect(JSON.stringify(error)).toContain('registry-unreadable');
  });
});

test('The memory of a fleet has the name of the table for one server', () => {
  expect(FLEET_TABLES.memory).toBe(TABLE);
});
