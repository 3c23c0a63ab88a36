import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { simulateCell } from './simulate-cell.ts';

/**
 * `npm run simulate -- fleet` lets 600 cells of 17 databases live for 30 days, one seed each. A line for each cell goes to
 * `reports/simulation.jsonl`; cells that are there are not simulated again. `--seed N` plays one cell, in the time of the tests.
 */
const FILE = 'reports/simulation.jsonl';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    cells: { type: 'string', default: '600' },
    days: { type: 'string' },
    size: { type: 'string', default: '17' },
    calm: { type: 'boolean', default: false },
  },
});
if (positionals[0] !== 'fleet') throw new Error(`Found "${positionals[0] ?? ''}", expected "fleet".`);

const isOne = values.seed !== undefined;
const days = Number(values.days ?? (isOne ? 2 : 30));
const size = Number(values.size);
const seeds = isOne ? [Number(values.seed)] : Array.from({ length: Number(values.cells) }, (_, at) => at + 1);
const told = !isOne && existsSync(FILE) ? readFileSync(FILE, 'utf8').split('\n') : [];
mkdirSync('reports', { recursive: true });

let failed = 0;
for (const seed of seeds) {
  const name = JSON.stringify({ seed, size, days, calm: values.calm }).slice(0, -1);
  const known = told.find((line) => line.startsWith(`${name},`));
  const line = known ?? `${name},"violations":${JSON.stringify(await violationsOf(seed))}}`;
  if (known === undefined && !isOne) appendFileSync(FILE, `${line}\n`);
  const { violations } = JSON.parse(line);
  if (violations.length > 0) failed += 1;
  console.log(
    `seed ${seed}: ${violations.length === 0 ? 'all holds' : violations.slice(0, 20).join('\n  ')}`,
  );
}
console.log(`${seeds.length} cells of ${size} databases for ${days} days, ${failed} with violations`);
process.exitCode = failed > 0 ? 1 : 0;

async function violationsOf(seed: number): Promise<readonly string[]> {
  const { violations } = await simulateCell({ seed, size, hours: days * 24, isStormy: !values.calm });
  return violations;
}
