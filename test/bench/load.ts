import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ColdSide, FLAGS, filesLoaded, setColdStage } from './cold-stage.ts';
import { compare, markdownTable, number } from './measure.ts';

const ROUNDS = 31;
const CHILD = join(import.meta.dirname, 'load-child.mjs');

/**
 * Time to load what a cold process loads before its first packet to the server: ours with a token and with a secret, a
 * handler with the driver alone, and the usual stack. A real invocation shows which files these are. Each measurement is a
 * process of its own.
 */
export async function benchLoad([rounds = ROUNDS]: readonly number[] = []): Promise<string> {
  await using stage = await setColdStage();
  const sides = await Promise.all(
    stage.sides.map(async (side) => ({ side, files: await filesLoaded(side) })),
  );
  const measured = await compare(
    sides.map(({ side, files }) => ({ name: side.name, run: () => loadMs(files.beforeFirstPacket) })),
    rounds,
  );
  const [, , alone = Number.NaN, usual = Number.NaN] = measured.map(({ median }) => median);
  const rows = measured.map(({ name, median, low, high }, at) => [
    name,
    `${number(median, 1)} (${number(low, 1)}–${number(high, 1)})`,
    `${(median / alone).toFixed(2)} ×`,
    `${(median / usual).toFixed(2)} ×`,
    kilobytes(sizeOf(sides[at]?.files.beforeFirstPacket ?? [])),
    kilobytes(sizeOf(sides[at]?.files.inAll ?? [])),
    kilobytes(bundleSize(sides[at]?.side)),
  ]);
  return markdownTable([
    [
      '',
      'load time, ms',
      'to pg alone',
      'to the usual stack',
      'loaded, KB',
      'in a whole run, KB',
      'bundle, KB',
    ],
    ...rows,
  ]);
}

function loadMs(files: readonly string[]): number {
  const env = { AWS_REGION: 'eu-west-1' };
  return Number(execFileSync(process.execPath, [...FLAGS, CHILD, ...files], { env, encoding: 'utf8' }));
}

function sizeOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + statSync(fileURLToPath(file)).size, 0);
}

/** Only code, because certificates are beside ours. */
function bundleSize(side: ColdSide | undefined): number {
  const folder = dirname(fileURLToPath(side?.bundle ?? ''));
  const names = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function kilobytes(bytes: number): string {
  return number(bytes / 1_024);
}
