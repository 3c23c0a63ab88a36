import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import type { Role, TestServer } from './postgres-server.ts';
import { waitUntil } from './wait-until.ts';

/** The variable through which the process of the clients gets its order. */
export const ORDER_VARIABLE = 'RACE_ORDER';

export type PoolOrder = {
  readonly connection: ClientConfig;
  readonly clients: number;
  readonly wakes: Wakes;
};

/** When a client that rests wakes up. */
export type Wakes =
  /** After rests with an exponential distribution of this mean: waking up is equally likely at every moment. */
  | { readonly kind: 'at random'; readonly meanMs: number }
  /** Together with all others, whenever the clock shows a multiple of this. */
  | { readonly kind: 'by the clock'; readonly everyMs: number };

/** What the clients of a busy pool have seen so far. The last three count where a client was when its session ended. */
export type Tally = {
  readonly open: number;
  readonly committed: number;
  /** No statement was running. */
  readonly idle: number;
  /** BEGIN was sent and not answered, so nothing was done yet. */
  readonly first: number;
  /** BEGIN had been answered, and COMMIT had not. */
  readonly inside: number;
};

export type RacePool = AsyncDisposable & {
  readonly user: string;
  readonly tally: () => Tally;
  /** Resolves when the clients know of this many ends, and all of them are back. */
  readonly recovered: (ends: number) => Promise<void>;
};

/** Starts clients that work and rest in turn, in a process of their own, so that ours cannot delay them. */
export async function startRacePool(
  server: TestServer,
  role: Role,
  clients: number,
  wakes: Wakes,
): Promise<RacePool> {
  const order: PoolOrder = { connection: server.config(role), clients, wakes };
  const child = fork(join(import.meta.dirname, 'race-clients.ts'), {
    env: { PATH: process.env.PATH, [ORDER_VARIABLE]: JSON.stringify(order) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  let tally: Tally = { open: 0, committed: 0, idle: 0, first: 0, inside: 0 };
  child.on('message', (told: Tally) => (tally = told));
  const recovered = async (ends: number) => {
    const what = `${clients} clients were back after ${ends} ends`;
    const areBack = () => tally.open === clients && endsOf(tally) === ends;
    await waitUntil(areBack, { what, everyMs: 2 });
  };
  const dispose = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    await recovered(0);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { user: role.user, tally: () => tally, recovered, [Symbol.asyncDispose]: dispose };
}

export function endsOf({ idle, first, inside }: Tally): number {
  return idle + first + inside;
}
