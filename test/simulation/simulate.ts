import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { simulateCell } from './simulate-cell.ts';

/**
 * `npm run simulate -- fleet` lets 600 cells of 17 databases live for 30 days, one seed each. A line for each cell goes to
 * `reports/simulation.jsonl`; cells that are there are not simulated again. `--first` and `--cells` choose other seeds, so that
 * each core can have a part. `--seed N` plays one cell, in the time of the tests.
 */
const FILE = 'reports/simulation.jsonl';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    first: { type: 'string', default: '1' },
    cells: { type: 'string', default: '600' },
    days: { type: 'string' },
    size: { type: 'string', default: '17' },
    calm: { type: 'boolean', default: false },
  },
});
if (positionals[0] !== 'fleet') throw new Error(`Found "${positionals[0] ?? ''}", expected "fleet".`);

/** What is known of a simulated cell. */
type Played = { readonly violations: readonly string[]; readonly cpuSeconds: number };

const isOne = values.seed !== undefined;
const days = Number(values.days ?? (isOne ? 2 : 30));
const size = Number(values.size);
const seeds = isOne
  ? [Number(values.seed)]
  : Array.from({ length: Number(values.cells) }, (_, at) => at + Number(values.first));
// A process that was ended while it wrote leaves a part of a line, which counts as none.
const text = !isOne && existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
const lines = text.split('\n').filter((line) => line.endsWith('}'));
mkdirSync('reports', { recursive: true });
if (text !== '' && !text.endsWith('\n')) appendFileSync(FILE, '\n');

let [failed, known] = [0, 0];
for (const seed of seeds) {
  const name = JSON.stringify({ seed, size, days, calm: values.calm }).slice(0, -1);
  const line = lines.find((each) => each.startsWith(`${name},`));
  const { violations, cpuSeconds }: Played = line === undefined ? await play(seed) : JSON.parse(line);
  if (line !== undefined) known += 1;
  else if (!isOne) appendFileSync(FILE, `${name},${JSON.stringify({ cpuSeconds, violations }).slice(1)}\n`);
  if (violations.length > 0) failed += 1;
  console.log(`seed ${seed}, ${cpuSeconds} s of CPU: ${textOf(seed, violations)}`);
}
console.log(
  `${seeds.length} cells of ${size} databases for ${days} days, ${known} of them played before, ${failed} with violations`,
);
process.exitCode = failed > 0 ? 1 : 0;

async function play(seed: number): Promise<Played> {
  const before = process.cpuUsage();
  const { violations } = await simulateCell({ seed, size, hours: days * 24, isStormy: !values.calm });
  const { user, system } = process.cpuUsage(before);
  return { violations, cpuSeconds: Math.round((user + system) / 1e5) / 10 };
}

/** With the command that plays the same days again: the weather depends on how many they are. */
function textOf(seed: number, violations: readonly string[]): string {
  if (violations.length === 0) return 'all holds';
  const command = `npm run simulate -- fleet --seed ${seed} --size ${size} --days ${days}${values.calm ? ' --calm' : ''}`;
  return [...violations.slice(0, 20), `again: ${command}`].join('\n  ');
}
