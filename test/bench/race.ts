import { VERSIONS } from '../support/postgres-server.ts';
import { type RaceResult, raceOn, together } from '../support/race-run.ts';
import { STRATEGIES, type Strategy } from '../support/race-strategies.ts';

const AT_LEAST = { guarded: 1_000, 'two-step': 200, 'one-liner': 200 };
const NAMES: Readonly<Record<Strategy, string>> = {
  guarded: 'each through the guard',
  'two-step': 'select pids, then one by one',
  'one-liner': 'one statement for all',
};

/** Ending idle sessions of a busy pool, beside what people do by hand: where it meets the clients, as they tell it. */
export async function benchRace(): Promise<void> {
  const results: RaceResult[] = [];
  for (const version of VERSIONS) {
    const raced = await raceOn(version, AT_LEAST);
    console.log(raceTable(`ending idle sessions of a busy pool on PostgreSQL ${version}`, raced));
    results.push(...raced);
  }
  const all = STRATEGIES.map((strategy) => together(results, strategy));
  console.log(raceTable('all versions together', all));
  for (const ratio of all.flatMap(ratioTo(together(results, 'guarded')))) console.log(ratio);
  console.log();
}

function raceTable(what: string, results: readonly RaceResult[]): string {
  const columns = ['terminated', 'inside a transaction', 'at any statement', 'woke up, let go', 'commits/s'];
  const head = columns.map((name) => name.padStart(name.length + 3)).join('');
  const rows = results.map((result) => {
    const { strategy, signalled, inside, first, letGo, committed, seconds } = result;
    const cells = [
      String(signalled),
      `${inside} = ${percent(inside, result)}`,
      percent(inside + first, result),
      String(letGo),
      (committed / seconds).toFixed(0),
    ];
    const line = cells.map((cell, at) => cell.padStart((columns[at]?.length ?? 0) + 3)).join('');
    return `  ${NAMES[strategy].padEnd(28)}${line}`;
  });
  return [what, `  ${''.padEnd(28)}${head}`, ...rows, ''].join('\n');
}

/** How often the others hit inside a transaction, for each time that the guard does; nothing when it never did. */
function ratioTo(guarded: RaceResult): (other: RaceResult) => readonly string[] {
  return (other) => {
    if (other.strategy === guarded.strategy || guarded.inside === 0) return [];
    const ratio = other.inside / other.signalled / (guarded.inside / guarded.signalled);
    return [`  inside a transaction: ${ratio.toFixed(0)} × as often with "${NAMES[other.strategy]}"`];
  };
}

function percent(count: number, { signalled }: RaceResult): string {
  return `${((100 * count) / signalled).toFixed(2)} %`;
}
