import { afterEach, beforeEach, expect, test } from 'vitest';
import { HUB_FUNCTIONS } from '../../functions/contract.ts';
import { weekOf } from '../../functions/core/fleet/week-of.ts';
import { type CellOfBundles, startCellOfBundles } from '../support/cell-of-bundles.ts';

/** From the dispatcher of a cell to the message at the hub, by the bundles. The bus is played: it names the true account. */

const BUS = 'arn:aws:events:eu-west-1:999988887777:event-bus/pg-headroom';
let stack: AsyncDisposableStack;
let cell: CellOfBundles;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  cell = await startCellOfBundles(stack, '', { bus: BUS });
  cell.show([{ name: 'orders', address: { host: '127.0.0.1', port: 1 } }]);
});
afterEach(() => stack.disposeAsync());

const summaries = () =>
  cell.apis.events
    .map((event) => event as { readonly DetailType: string; readonly Detail: string })
    .filter(({ DetailType }) => DetailType === 'summary')
    .map(({ Detail }) => JSON.parse(Detail));
const hear = (account: string, detail: unknown) =>
  cell.lambda.invokeAsync(HUB_FUNCTIONS.summaries, {
    ...{ version: '0', source: 'pg-headroom', 'detail-type': 'summary', account, detail },
    ...{ time: '2020-01-01T00:00:00Z', region: 'eu-west-1' },
  });
const tell = () =>
  cell.lambda.invokeAsync(HUB_FUNCTIONS.digest, {
    source: 'pg-headroom.schedule',
    scheduledTime: '2026-11-30T08:00:00Z',
    scheduleArn: 'arn',
  });

test('A cell sums up its week once, and the hub makes one message of all', async () => {
  await cell.dispatch();
  await cell.dispatch();
  expect(summaries()).toMatchObject([
    { week: weekOf(Date.now()), region: 'eu-west-1', databases: 1, enforce: 0 },
  ]);
  const before = cell.aws.published.length;
  expect((await hear('111122223333', summaries()[0])).error).toBeNull();
  expect((await hear('444455556666', { region: 'us-east-1', databases: 'many' })).error).toBeNull();
  expect((await hear('not an account', summaries()[0])).error).toBeNull();
  expect((await tell()).error).toBeNull();
  expect((await tell()).error).toBeNull();
  const told = cell.aws.published.slice(before);
  expect(told.map(({ attributes }) => attributes)).toEqual(
    [1, 2].map(() =>
      expect.objectContaining({ kind: 'digest', messageId: 'digest-2026-11-30T08:00:00.000Z' }),
    ),
  );
  expect(told[0]?.subject).toBe('FLEET week: 1 database in 1 cell, 0 enforcing; 1 cell not heard');
  expect(told[0]?.message).toContain(
    '444455556666 us-east-1, which sent no summary that this digest understands',
  );
  expect(cell.said()).toContain('summary-of-no-cell');
});

test('A hub whose table is away fails, so that Lambda tries again and tells it', async () => {
  cell.dynamodb.behave('denying');
  for (const { error } of [await hear('111122223333', { region: 'eu-west-1' }), await tell()])
    expect(JSON.stringify(error)).toMatch(/registry-un(read|writ)able/);
  expect(cell.aws.published).toEqual([]);
});
