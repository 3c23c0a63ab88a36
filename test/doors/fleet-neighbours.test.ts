import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BAD, type Neighbourhood, openNeighbourhood, type PeriodRun } from '../support/neighbourhood.ts';

/** Two databases of a cell beside one that is silent, one that is stormed and one with a broken policy. All servers are real. */

let stack: AsyncDisposableStack;
let at: Neighbourhood;
let runs: readonly PeriodRun[];

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  at = await openNeighbourhood(stack, 2);
  await at.fill();
  runs = await at.period(true);
});
afterAll(() => stack.disposeAsync());

const of = (name: string) => runs.filter((run) => run.name === name).map(({ record }) => record);

describe('In one period of a cell', () => {
  test('the others heal', () => {
    for (const name of ['other-0', 'other-1'])
      expect(of(name)).toEqual([expect.objectContaining({ outcome: 'recovered', mode: 'enforce' })]);
  });

  test('a server that says nothing costs its own run', () => {
    expect(of(BAD.silent)).toEqual([expect.objectContaining({ outcome: 'cannot-connect' })]);
  });

  test('a policy that does not parse ends nothing, and people are told once', () => {
    expect(of(BAD.broken)).toEqual([
      expect.objectContaining({
        mode: 'observe',
        attempts: [],
        fleet: expect.objectContaining({
          role: 'headroom_observer',
          limits: [expect.objectContaining({ source: 'policy' })],
        }),
      }),
    ]);
    const told = at.cell.aws.published.filter(({ subject }) => subject?.includes('policies/broken.json'));
    expect(told).toHaveLength(1);
  });

  test('a storm of refusals starts at most one run a minute beside the sweep', () => {
    const started = at.cell.lambda.invocations.filter(({ event }) => {
      const { database, trigger } = (event ?? {}) as Readonly<Record<string, unknown>>;
      return String(database).endsWith('#db-STORMING') && trigger === 'refusal';
    });
    const minutes = started.map(({ event }) => Date.parse(String(Reflect.get(Object(event), 'at'))));
    expect(started.length).toBeGreaterThan(0);
    for (const [index, moment] of minutes.toSorted().entries())
      if (index > 0) expect(moment - (minutes.toSorted()[index - 1] ?? 0)).toBeGreaterThanOrEqual(60_000);
  });
});
