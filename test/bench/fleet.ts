import { BAD, openNeighbourhood, type PeriodRun } from '../support/neighbourhood.ts';
import { goal, markdownTable, number, quantile } from './measure.ts';

/** Besides the three that disturb. */
const OTHERS = 27;
const PAIRS = 3;
/** What a pair does not count, until all functions are warm. */
const WARM_UP = 1;
const GOAL = 1.2;

type Sides = { readonly [Side in 'with' | 'without']: PeriodRun[] };

/**
 * Thirty databases of a cell, all bundles, servers real and full. Three of them disturb; for comparison the same periods
 * with the tags of these three at `off`, in turn: then nothing of the cell touches them.
 */
export async function benchFleet([pairs = PAIRS, others = OTHERS]: readonly number[]): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const { fill, period } = await openNeighbourhood(stack, others);
  const sides: Sides = { with: [], without: [] };
  for (let pair = -WARM_UP; pair < pairs; pair += 1) {
    const order = pair % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const);
    for (const side of order) {
      await fill();
      const runs = await period(side === 'with');
      if (pair >= 0) sides[side].push(...runs);
    }
  }
  return [
    markdownTable([
      ['', 'runs', 'outcome', 'ended', 'median, ms', 'p95, ms', 'slowest, ms'],
      rowOf('the others, without the three', othersIn(sides.without)),
      rowOf('the others, beside the three', othersIn(sides.with)),
      ...Object.values(BAD).map((name) =>
        rowOf(
          name,
          sides.with.filter((run) => run.name === name),
        ),
      ),
    ]),
    '',
    goal('with the three the p95 of the others is', GOAL, [
      p95(othersIn(sides.with)) / p95(othersIn(sides.without)),
    ]),
  ].join('\n');
}

function othersIn(runs: readonly PeriodRun[]): readonly PeriodRun[] {
  return runs.filter(({ name }) => !Object.values(BAD).some((bad) => bad === name));
}

function p95(runs: readonly PeriodRun[]): number {
  return quantile(timesOf(runs), 0.95);
}

function timesOf(runs: readonly PeriodRun[]): readonly number[] {
  return runs.map(({ ms }) => ms).toSorted((one, other) => one - other);
}

function rowOf(what: string, runs: readonly PeriodRun[]): readonly string[] {
  const times = timesOf(runs);
  const outcomes = [...new Set(runs.map(({ record }) => record.outcome))].join(', ');
  const ended = runs.reduce((sum, { record }) => sum + record.attempts.length, 0);
  const figures = [quantile(times, 0.5), quantile(times, 0.95), times.at(-1) ?? Number.NaN];
  return [what, String(runs.length), outcomes, String(ended), ...figures.map((ms) => number(ms))];
}
