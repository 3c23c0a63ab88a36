import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import type { Role, TestServer } from '../support/postgres-server.ts';

/** The variable through which the process of the clients gets its order. */
export const STORM_VARIABLE = 'STORM_ORDER';

export type StormOrder = {
  readonly connection: ClientConfig;
  readonly clients: number;
  readonly backoffMs: number;
};

/** What the clients of the storm have met so far. */
export type Hits = {
  readonly refused: number;
  readonly in: number;
  /** Failed in another way than with 53300. */
  readonly otherwise: number;
};

export type Storm = AsyncDisposable & { readonly hits: () => Promise<Hits> };

/** Starts a reconnect storm in a process of its own, so that our own connects do not wait for its event loop. */
export async function startStorm(
  server: TestServer,
  role: Role,
  size: Pick<StormOrder, 'clients' | 'backoffMs'>,
): Promise<Storm> {
  const order: StormOrder = { connection: server.config(role), ...size };
  const child = fork(join(import.meta.dirname, 'storm-clients.ts'), {
    env: { PATH: process.env.PATH, [STORM_VARIABLE]: JSON.stringify(order) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const isOver = ended.then((): never => {
    throw new Error("The storm's process has ended");
  });
  isOver.catch(() => {});
  const hits = async () => {
    const told = once(child, 'message').then(([message]) => message as Hits);
    child.send('hits?');
    return await Promise.race([told, isOver]);
  };
  const dispose = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { hits, [Symbol.asyncDispose]: dispose };
}
