import { setTimeout as sleep } from 'node:timers/promises';
import { createRole } from '../support/roles.ts';
import { type ColdSide, type Marks, setColdStage, startCold } from './cold-stage.ts';
import { gone, startIdleCrowd } from './idle-crowd.ts';
import { markdownTable, number, quantile } from './measure.ts';

const ROUNDS = 9;
/** A victim each would do; ten are a small leak. */
const VICTIMS = 10;
/** The youngest session that a policy lets go is idle for 10 s. */
const IDLE_MS = 10_500;

const STEPS = [
  ['started', 'Node runs'],
  ['loaded', 'bundle loaded'],
  ['first-packet', 'first packet to the server'],
  ['planned', 'connected, locked, looked and planned'],
  ['freed', 'slots free'],
] as const;

/** A process that is started for one event, until the slots are free; milliseconds since it was started, step by step. */
export async function benchCold([rounds = ROUNDS]: readonly number[] = []): Promise<string> {
  await using stage = await setColdStage();
  const { server, sides } = stage;
  await using crowd = await startIdleCrowd(server, await createRole(server, 'app'));
  const watcher = await server.connect();
  for (let round = -1; round < rounds; round += 1)
    for (const side of sides) await crowd.open(VICTIMS, applicationOf(side, round));
  await sleep(IDLE_MS);
  const marks = sides.map((): Marks[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, side] of sides.entries()) {
      const application = applicationOf(side, round);
      const reached = await startCold(side, application, () => gone(watcher, application));
      if (round >= 0) marks[index]?.push(reached);
    }
  }
  return tableOf(sides, marks);
}

function applicationOf({ name }: ColdSide, round: number): string {
  return `${name} ${round}`;
}

function tableOf(sides: readonly ColdSide[], marks: readonly (readonly Marks[])[]): string {
  const cell = (index: number, step: string) => {
    const times = (marks[index] ?? []).flatMap((each) => each.get(step) ?? []).toSorted((a, b) => a - b);
    if (times.length === 0) return '';
    const [low, median, high] = [0.25, 0.5, 0.75].map((share) => number(quantile(times, share)));
    return `${median} (${low}–${high})`;
  };
  return markdownTable([
    ['ms since the start, until', ...sides.map(({ name }) => name)],
    ...STEPS.map(([step, what]) => [what, ...sides.map((_, index) => cell(index, step))]),
  ]);
}
