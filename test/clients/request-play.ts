import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../support/wait-until.ts';
import type { Program } from './program.ts';
import type { Play } from './prove-rows.ts';
import { tally } from './row.ts';
import type { Scene, Start } from './scene.ts';

/** Between two requests: a leak that grows steadily is opened over a few seconds. */
const PACE_MS = 100;

export type RequestPlay = {
  readonly start: Start;
  /** The same program as it was advised, each of its processes with its part of the sessions that they may hold together. */
  readonly mended: (most: number) => Start;
  /** The requests to each process of the kind, one process after the other; the last of them is refused at the latest. */
  readonly work: readonly (readonly string[])[];
  /** Resolves when the program has what so many requests make it take; without it the next comes after a moment. */
  readonly taken?: (scene: Scene, answered: number) => Promise<unknown>;
  /** What the first is asked when its sessions have been ended. */
  readonly afterwards: readonly string[];
  /** Which lines of what it logs tell of them. */
  readonly tells: RegExp;
  /** What there is to say beside whether requests went well. */
  readonly remark?: (scene: Scene) => Promise<string>;
};

/** A program that takes more with each request that it answers. */
export function requestPlay(play: RequestPlay): Play {
  let programs: readonly Program[] = [];
  return {
    fill: async (scene) => {
      const filled = await launch(scene, play, play.start);
      programs = filled.programs;
      const [first] = filled.failures;
      if (first === undefined) throw new Error('Nobody was refused');
      return first;
    },
    feel: async (scene) => {
      const answers: string[] = [];
      for (const request of play.afterwards) answers.push((await programs[0]?.ask(request)) ?? 'ended');
      const recovery = recoveryOf(programs, answers);
      const remark = await play.remark?.(scene);
      return {
        saw: sawOf(programs, answers, play.tells),
        recovered: remark === undefined ? recovery : `${recovery}, ${remark}`,
      };
    },
    leave: () => Promise.all(programs.map((program) => program[Symbol.asyncDispose]())),
    mend: async (scene, most) => {
      const { programs: mended, failures } = await launch(scene, { work: play.work }, play.mended(most));
      return [...failures, ...(await withoutSessions(scene, mended, play.afterwards.at(-1) ?? ''))];
    },
  };
}

/**
 * The whole work, or as much of it as is done when a client was refused. A pool that gave up waiting before that, on a slow machine,
 * is asked again.
 */
async function launch(scene: Scene, { work, taken }: Pick<RequestPlay, 'work' | 'taken'>, start: Start) {
  const programs: Program[] = [];
  for (const requests of work) {
    const program = scene.start(start);
    programs.push(program);
    for (const [answered, request] of requests.entries()) {
      const answer = await program.ask(request);
      if (answer !== 'ok' && scene.refusals().length > 0) return { programs, failures: [answer] };
      await (taken ? taken(scene, answered + 1) : sleep(PACE_MS));
    }
  }
  return { programs, failures: [] };
}

/** Whoever is mended lives on when all of its sessions are ended, and works again: what goes wrong with that. */
async function withoutSessions(scene: Scene, programs: readonly Program[], request: string) {
  await scene.endOffenders();
  const failures: string[] = [];
  for (const program of programs) {
    const isWell = async () => !program.isAlive || (await program.ask(request)) === 'ok';
    await waitUntil(isWell, { what: `the mended program worked again: ${program.answers.at(-1)}` });
    if (!program.isAlive) failures.push(program.err);
  }
  return failures;
}

function sawOf(programs: readonly Program[], answers: readonly string[], tells: RegExp): readonly string[] {
  const lines = programs.flatMap((program) => [
    ...program.heard,
    ...program.err.split('\n').filter((line) => tells.test(line)),
    ...(program.isAlive ? [] : [`exit code ${program.exitCode}`]),
  ]);
  return tally([...lines, ...answers.filter((answer) => answer.startsWith('failed '))]);
}

function recoveryOf(programs: readonly Program[], answers: readonly string[]): string {
  const dead = programs.filter(({ isAlive }) => !isAlive).length;
  if (dead > 0) return programs.length === 1 ? 'no, it crashed' : `${dead} of ${programs.length} crashed`;
  if (answers.at(-1) !== 'ok') return 'no';
  const failures = answers.filter((answer) => answer !== 'ok').length;
  return failures === 0 ? 'yes' : `yes, after ${failures} failed requests`;
}
