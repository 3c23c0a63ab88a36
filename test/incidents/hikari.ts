import { ask, startAsked } from './asked-program.ts';
import { debianJar, javaProgram } from './java-program.ts';
import type { Scene } from './scene.ts';

/** `HIKARICP_JAR` names another release than Debian's. Versions 2.7 to 5.1 shorten a lifetime by the same 0 to 2.5 %. */
const CLASS_PATH = [
  process.env.HIKARICP_JAR ?? debianJar('HikariCP'),
  ...['postgresql', 'slf4j-api', 'slf4j-simple'].map(debianJar),
].join(':');

const MOST_AT_ONCE_MS = 20 * 60_000;

export type HikariPools = {
  readonly open: (address: string, size: number, lifetimeMs: number) => Promise<void>;
  /** Lets so much time pass for the server and for the pools' timers. */
  readonly run: (ms: number) => Promise<void>;
  /** Borrows so many connections of each pool, one after the other. */
  readonly use: (count: number) => Promise<void>;
};

/** Real pools of HikariCP in one process, each on an address of its own. */
export async function startHikari(scene: Scene, user: string): Promise<HikariPools> {
  const { host, port } = scene.server;
  const program = await startAsked(scene, {
    ...javaProgram('HikariAtRest', CLASS_PATH),
    as: { user },
    env: { JDBC_URL: `jdbc:postgresql://${host}:${port}/postgres`, CLOCK_FILE: scene.clock.file },
  });
  return {
    open: (address, size, lifetimeMs) => ask(program, `open ${address} ${size} ${lifetimeMs}`),
    run: async (ms) => {
      const until = scene.clock.now() + ms;
      // In parts, because a program has only so much time for an answer.
      for (let left = until - scene.clock.now(); left > 0; left = until - scene.clock.now()) {
        const part = Math.min(left, MOST_AT_ONCE_MS);
        await ask(program, `run ${Math.round(part)}`);
        scene.clock.setTo(until - left + part);
      }
    },
    use: (count) => ask(program, `use ${count}`),
  };
}
