import { cpus } from 'node:os';
import { benchMemory } from './memory.ts';
import { benchPlanning } from './planning.ts';
import { benchRace } from './race.ts';
import { benchSnapshot } from './snapshot.ts';
import { benchStorm } from './storm.ts';

/**
 * `npm run bench` runs all, `npm run bench -- planning` one; numbers after a name are its own. Each compares what it
 * measures with something else in the same run.
 */
const BENCHMARKS: Readonly<Record<string, (numbers: readonly number[]) => Promise<void>>> = {
  memory: benchMemory,
  planning: benchPlanning,
  race: benchRace,
  snapshot: benchSnapshot,
  storm: benchStorm,
};

const [only, ...numbers] = process.argv.slice(2);
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}\n`);
for (const name of only === undefined ? Object.keys(BENCHMARKS) : [only]) {
  const bench = BENCHMARKS[name];
  if (bench === undefined) {
    console.error(`No benchmark "${name}": there are ${Object.keys(BENCHMARKS).join(', ')}.`);
    process.exit(2);
  }
  await bench(numbers.map(Number));
}
