import { setTimeout as sleep } from 'node:timers/promises';
import { createRole } from '../support/roles.ts';
import { type ColdSide, type Marks, setColdStage, startCold } from './cold-stage.ts';
import { gone, startIdleCrowd } from './idle-crowd.ts';
import { goal, markdownTable, number, quantile } from './measure.ts';

const ROUNDS = 9;
/** One would do; ten are a small leak. */
const VICTIMS = 10;
/** The shortest idle time at which a policy may end a session is 10 s. */
const IDLE_MS = 10_500;

const STEPS = [
  ['started', 'Node runs'],
  ['loaded', 'bundle loaded'],
  ['first-packet', 'first packet to the server'],
  ['planned', 'connected, locked, looked and planned'],
  ['freed', 'slots free'],
] as const;

/** A process that is started for one event, until the slots are free; milliseconds since its start, step by step. */
export async function benchCold([rounds = ROUNDS]: readonly number[] = []): Promise<string> {
  await using stage = await setColdStage();
  const { server, sides } = stage;
  await using crowd = await startIdleCrowd(server, await createRole(server, 'app'));
  const watcher = await server.connect();
  const marks = sides.map((): Marks[] => []);
  for (let round = -1; round < rounds; round += 1) {
    // Only the sessions of this round are there, because a snapshot costs what the server holds.
    for (const side of sides) await crowd.open(VICTIMS, applicationOf(side, round));
    await sleep(IDLE_MS);
    // Each begins in turn: a side gains or loses by what the one before it leaves behind.
    const turn = (round + sides.length) % sides.length;
    for (const side of [...sides.slice(turn), ...sides.slice(0, turn)]) {
      const application = applicationOf(side, round);
      const reached = await startCold(side, application, () => gone(watcher, application));
      if (round >= 0) marks[sides.indexOf(side)]?.push(reached);
    }
  }
  return tableOf(sides, marks);
}

function applicationOf({ name }: ColdSide, round: number): string {
  return `${name} ${round}`;
}

function tableOf(sides: readonly ColdSide[], marks: readonly (readonly Marks[])[]): string {
  const timesOf = (index: number, step: string) =>
    (marks[index] ?? []).flatMap((each) => each.get(step) ?? []).toSorted((a, b) => a - b);
  const cell = (index: number, step: string) => {
    const times = timesOf(index, step);
    if (times.length === 0) return '';
    const [low, median, high] = [0.25, 0.5, 0.75].map((share) => number(quantile(times, share)));
    return `${median} (${low}–${high})`;
  };
  const table = markdownTable([
    ['ms since the start, until', ...sides.map(({ name }) => name)],
    ...STEPS.map(([step, what]) => [what, ...sides.map((_, index) => cell(index, step))]),
  ]);
  const [iam, secret, , usual] = sides.map((_, index) => index);
  const besideUsual = (index = 0, step = '') =>
    quantile(timesOf(index, step), 0.5) / quantile(timesOf(usual ?? 0, step), 0.5);
  const goals = [
    goal('the first packet takes with IAM, beside the usual stack,', 0.8, [besideUsual(iam, 'first-packet')]),
    goal('the first packet takes with a secret, beside the usual stack,', 1, [
      besideUsual(secret, 'first-packet'),
    ]),
    goal("free slots take with IAM, beside the usual stack's one-liner,", 1, [besideUsual(iam, 'freed')]),
    goal("free slots take with a secret, beside the usual stack's one-liner,", 1.3, [
      besideUsual(secret, 'freed'),
    ]),
  ];
  return [table, ...goals].join('\n\n');
}
