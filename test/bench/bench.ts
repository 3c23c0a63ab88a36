import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { buildWhenOlder } from '../build-when-older.ts';
import { benchCold } from './cold.ts';
import { benchCost } from './cost.ts';
import { goalsIn, withFigures } from './document.ts';
import { benchFleet } from './fleet.ts';
import { benchLoad } from './load.ts';
import { benchLockQueue } from './lock-queue.ts';
import { benchMemory } from './memory.ts';
import { benchPlanning } from './planning.ts';
import { benchRace } from './race.ts';
import { benchRecord } from './record.ts';
import { benchRun } from './run.ts';
import { benchServerLoad } from './server-load.ts';
import { benchShare } from './share.ts';
import { benchSnapshot } from './snapshot.ts';
import { benchStorm } from './storm.ts';
import { benchTerminate } from './terminate.ts';

/**
 * `npm run bench` runs all benchmarks and writes the figures into docs/evidence/benchmarks.md. `npm run bench -- planning`
 * does so for one. Numbers after a name are arguments of that benchmark, and its figures are then only printed. Each
 * benchmark measures both sides of a comparison in the same run and returns Markdown.
 */
const BENCHMARKS: Readonly<Record<string, (numbers: readonly number[]) => Promise<string>>> = {
  terminate: benchTerminate,
  race: benchRace,
  run: benchRun,
  load: benchLoad,
  cold: benchCold,
  share: benchShare,
  memory: benchMemory,
  planning: benchPlanning,
  snapshot: benchSnapshot,
  'lock-queue': benchLockQueue,
  'server-load': benchServerLoad,
  storm: benchStorm,
  record: benchRecord,
  fleet: benchFleet,
  cost: benchCost,
};
const NAMES = Object.keys(BENCHMARKS);
const DOCUMENT = fileURLToPath(new URL('../../docs/evidence/benchmarks.md', import.meta.url));

const [only, ...numbers] = process.argv.slice(2);
if (only !== undefined && !NAMES.includes(only))
  refuse(`No benchmark "${only}": there are ${NAMES.join(', ')}.`);
const wrong = numbers.find((text) => !/^[1-9]\d*$/.test(text));
if (wrong !== undefined)
  refuse(
    `"${wrong}" is no size: after the name come whole numbers from 1, as docs/evidence/benchmarks.md has them.`,
  );
// The measured bundles are those that would be deployed now.
buildWhenOlder();
let isComplete = true;
for (const name of only === undefined ? NAMES : [only]) {
  const bench = BENCHMARKS[name];
  if (bench === undefined) continue;
  const startedAt = performance.now();
  try {
    const figures = await bench(numbers.map(Number));
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    console.log(`## ${name}\n\n${figures}\n\n(${seconds} s)\n`);
    if (numbers.length === 0) write(name, `${figures}\n\n${measuredOn()}`);
  } catch (error) {
    // The others go on. A failed benchmark keeps its former figures, and can be run again by its name.
    console.error(`## ${name}\n\nfailed:`, error);
    isComplete = false;
  }
}
process.exit(isComplete ? 0 : 1);

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

function write(name: string, figures: string): void {
  const document = withFigures(readFileSync(DOCUMENT, 'utf8'), name, figures);
  writeFileSync(DOCUMENT, withFigures(document, 'goals', goalsIn(document, NAMES)));
  execFileSync(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'format', '--write', DOCUMENT], {
    stdio: 'ignore',
  });
}

function measuredOn(): string {
  const day = new Date().toISOString().slice(0, 10);
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  return `_Measured on ${day}: Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${gigabytes} GB._`;
}
