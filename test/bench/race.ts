import { VERSIONS } from '../support/postgres-server.ts';
import { CALM, type RaceResult, raceOn, together } from '../support/race-run.ts';
import { STRATEGIES, type Strategy } from '../support/race-strategies.ts';
import { goal, markdownTable, number } from './measure.ts';

const AT_LEAST = { guarded: 1_000, 'two-step': 200, 'one-liner': 200 };
const NAMES: Readonly<Record<Strategy, string>> = {
  guarded: 'through the guard',
  'two-step': 'select pids, then one by one',
  'one-liner': 'one statement for all',
};

/** Ending idle sessions of a busy pool, beside what people do by hand: where it meets the clients, as they tell it. */
export async function benchRace([atLeast]: readonly number[] = []): Promise<string> {
  const counts =
    atLeast === undefined ? AT_LEAST : { guarded: atLeast, 'two-step': atLeast, 'one-liner': atLeast };
  const results: RaceResult[] = [];
  for (const version of VERSIONS) results.push(...(await raceOn(version, counts)));
  const calm = together(await raceOn(18, { guarded: counts.guarded }, CALM), 'guarded');
  const all = STRATEGIES.map((strategy) => together(results, strategy));
  const guarded = together(results, 'guarded');
  return [
    markdownTable([
      ['', 'terminated', 'inside a transaction', 'at any statement', 'woke up, let go', 'commits/s'],
      ...all.map((result) => rowOf(NAMES[result.strategy], result)),
      rowOf('through the guard, after rests of seconds', calm),
    ]),
    '',
    goal(
      'of a hundred terminations through the guard hit inside a transaction',
      0.2,
      [share(guarded), share(calm)],
      {
        unit: '%',
      },
    ),
  ].join('\n');
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
