import { waitUntil } from '../support/wait-until.ts';
import { programFile } from './commands.ts';
import { isInstalled } from './installed.ts';
import type { Program } from './program.ts';
import { type Neighbour, type Play, proveRows } from './prove-rows.ts';
import { type Row, tally } from './row.ts';
import { PGBENCH_ROWS } from './rows/pgbench.ts';
import type { Scene, Start } from './scene.ts';

const CLIENTS = 22;
/** A client prints one line a second. Sessions that are younger than 5 s can be those of single requests. */
const SECONDS_AT_WORK = 6;
const ABORTED = /^pgbench: error: client \d+ /;

const pgbench = (...args: readonly string[]): Start => ({
  file: 'pgbench',
  args: ['--no-vacuum', '--file', programFile('short.sql'), ...args],
});

/** It says every second how it goes. */
const health: Neighbour['health'] = ({ err }) => ({
  served: [...err.matchAll(/^progress: .* ([\d.]+) tps/gm)].filter(([, tps]) => Number(tps) > 0).length,
  failed: err.split('\n').filter((line) => line.includes('error')),
});

function crowd(row: Row, ...args: readonly string[]): Play {
  let all: Program | undefined;
  return {
    fill: async (scene) => {
      const started = scene.start(pgbench('-T', '600', '-P', '1', '-c', String(CLIENTS), ...args));
      all = started;
      // Looking at the server takes a slot for a moment, which would be one too many: it says itself when it is in.
      const isIn = () => started.err.split('progress:').length > SECONDS_AT_WORK;
      await waitUntil(isIn, { what: `all clients had been in for ${SECONDS_AT_WORK} s: ${started.err}` });
      return await refusedIn(scene.start(pgbench('-T', '1', '-c', '3')));
    },
    feel: async (scene) => {
      const lines = () => all?.err.split('\n').filter((line) => ABORTED.test(line)) ?? [];
      // A client learns of it when its turn comes.
      await waitUntil(() => lines().length >= row.ended, { what: 'the clients aborted' });
      const left = await scene.offenders();
      const goOn = left === CLIENTS ? 'it lost nothing, for it was at work' : inPart(left);
      return { saw: tally(lines()), recovered: all?.isAlive ? goOn : 'no' };
    },
    leave: async () => all?.[Symbol.asyncDispose](),
    mend: (scene, most) => withFewer(scene, Number.isNaN(most) ? CLIENTS / 2 : most),
  };
}

const inPart = (left: number) => `in part: ${left} of its ${CLIENTS} clients go on`;

async function refusedIn(program: Program): Promise<string> {
  if ((await program.end()) === 0) throw new Error('Nobody was refused');
  return program.err.split('\n').find((line) => line.startsWith('pgbench: error')) ?? program.err;
}

/** The two that came one after the other, within the number together. */
async function withFewer(scene: Scene, most: number): Promise<readonly string[]> {
  const programs = [most - 3, 3].map((clients) => scene.start(pgbench('-T', '2', '-c', String(clients))));
  const codes = await Promise.all(programs.map((program) => program.end()));
  return programs.filter((_, at) => codes[at] !== 0).map(({ err }) => err);
}

if (isInstalled('pgbench'))
  proveRows(
    PGBENCH_ROWS,
    () => ({ start: pgbench('-T', '600', '-P', '1', '-c', '2'), request: null, health }),
    {
      throttled: () => crowd(PGBENCH_ROWS.rows.throttled, '-R', '1'),
      busy: () => crowd(PGBENCH_ROWS.rows.busy),
    },
  );
