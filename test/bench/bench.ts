import { cpus } from 'node:os';
import { benchPlanning } from './planning.ts';
import { benchSnapshot } from './snapshot.ts';

/** `npm run bench` runs all, `npm run bench -- planning` one. Each compares two sides in one run. */
const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  planning: benchPlanning,
  snapshot: benchSnapshot,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHMARKS);
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}\n`);
for (const name of names) {
  const bench = BENCHMARKS[name];
  if (bench === undefined) {
    console.error(`No benchmark "${name}": there are ${Object.keys(BENCHMARKS).join(', ')}.`);
    process.exit(2);
  }
  await bench();
}
