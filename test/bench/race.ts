import { ALL_VERSIONS } from '../support/postgres-server.ts';
import { herdOn, type RaceResult, raceOn, together } from '../support/race-run.ts';
import { STRATEGIES, type Strategy } from '../support/race-strategies.ts';
import { goal, markdownTable, number } from './measure.ts';

const POOL_AT_LEAST = { guarded: 1_000, 'two-step': 200, 'one-liner': 200 };
const HERD_AT_LEAST = { guarded: 5_000, 'look-for-each': 5_000, 'one-liner': 1_000 };
/** With the sessions of the herd these are more than 2,000, so that victims share a check. */
const CROWD = 1_600;
const NAMES: Readonly<Record<Strategy, string>> = {
  guarded: 'through the guard',
  'look-for-each': 'a statement and a look for each',
  'two-step': 'select pids, then one by one',
  'one-liner': 'one statement for all',
};

/**
 * Ending idle sessions, beside what people do by hand: how often it hits clients at work, as the clients themselves report.
 */
export async function benchRace([atLeast]: readonly number[] = []): Promise<string> {
  const pool = await poolTable(atLeast);
  const alone = await herdTable('500 clients that wake up together at every tenth second', 0, atLeast);
  const crowd = await herdTable('The same among 1,600 other sessions', CROWD, atLeast);
  return [pool, alone, crowd].join('\n\n');
}

/** A busy pool, on all versions together. */
async function poolTable(atLeast: number | undefined): Promise<string> {
  const counts = countsOf(POOL_AT_LEAST, atLeast);
  const results: RaceResult[] = [];
  for (const version of ALL_VERSIONS) results.push(...(await raceOn(version, counts)));
  const all = strategiesOf(counts).map((strategy) => together(results, strategy));
  return [
    tableOf('a busy pool', all),
    '',
    goal(
      'in a busy pool, of a hundred terminations through the guard hit inside a transaction',
      0.1,
      [share(together(results, 'guarded'))],
      { unit: '%' },
    ),
  ].join('\n');
}

async function herdTable(what: string, bystanders: number, atLeast: number | undefined): Promise<string> {
  const results = await herdOn(18, countsOf(HERD_AT_LEAST, atLeast), bystanders);
  const shareOf = (strategy: Strategy) => share(together(results, strategy));
  return [
    tableOf(what, results),
    '',
    goal(
      `${what}: of a hundred terminations, the guard hits inside a transaction more than a look for each, by`,
      0.2,
      [shareOf('guarded') - shareOf('look-for-each')],
      { unit: 'percentage points' },
    ),
  ].join('\n');
}

function countsOf<S extends Strategy>(
  counts: Readonly<Record<S, number>>,
  atLeast: number | undefined,
): Readonly<Partial<Record<Strategy, number>>> {
  if (atLeast === undefined) return counts;
  return Object.fromEntries(strategiesOf(counts).map((strategy) => [strategy, atLeast]));
}

function strategiesOf(counts: Readonly<Partial<Record<Strategy, number>>>): readonly Strategy[] {
  return STRATEGIES.filter((strategy) => counts[strategy] !== undefined);
}

function tableOf(what: string, results: readonly RaceResult[]): string {
  return markdownTable([
    [what, 'terminated', 'inside a transaction', 'at any statement', 'woke up, let go', 'commits/s'],
    ...results.map((result) => rowOf(NAMES[result.strategy], result)),
  ]);
}

function rowOf(name: string, result: RaceResult): readonly string[] {
  const { signalled, inside, first, letGo, committed, seconds } = result;
  return [
    name,
    number(signalled),
    `${inside} = ${share(result).toFixed(2)} %`,
    `${((100 * (inside + first)) / signalled).toFixed(1)} %`,
    number(letGo),
    number(committed / seconds),
  ];
}

function share({ inside, signalled }: RaceResult): number {
  return (100 * inside) / signalled;
}
