import { Program } from '../clients/program.ts';
import type { As, Scene } from './scene.ts';

type Started = {
  readonly file: string;
  readonly args: readonly string[];
  readonly as: As;
  /** Whether it goes by the server's clock. */
  readonly isOnClock?: boolean;
  readonly env?: Readonly<Record<string, string>>;
};

/** A client program that answers each line of input with `ok` when it is done, until the story ends. */
export async function startAsked(
  scene: Scene,
  { file, args, as, isOnClock, env = {} }: Started,
): Promise<Program> {
  const environment = await scene.environment(as);
  const clock = isOnClock ? scene.clock.environment : {};
  const given = Object.entries({ PATH: process.env.PATH, ...environment, ...clock, ...env });
  const defined = given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return scene.use(new Program({ file, args, env: Object.fromEntries(defined) }));
}

/** Throws unless the program does what it is asked. */
export async function ask(program: Program, request: string): Promise<void> {
  const answer = await program.ask(request);
  if (answer !== 'ok') throw new Error(`${request}: ${answer}; ${program.err}`);
}
