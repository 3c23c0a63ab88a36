import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Client, ClientConfig } from 'pg';
import type { Role, TestServer } from '../support/postgres-server.ts';
import { waitUntil } from '../support/wait-until.ts';

export type CrowdOrder = {
  readonly connection: ClientConfig;
  readonly application: string;
  readonly count: number;
};

export type IdleCrowd = AsyncDisposable & {
  /** Resolves when so many more sessions are idle under this name. */
  readonly open: (count: number, application: string) => Promise<void>;
};

/** Clients in a process of their own, so that their work does not load the event loop that is measured. */
export async function startIdleCrowd(server: TestServer, role: Role): Promise<IdleCrowd> {
  const child = fork(join(import.meta.dirname, 'idle-crowd-process.ts'), { env: { PATH: process.env.PATH } });
  const ended = once(child, 'exit');
  const isOver = ended.then((): never => {
    throw new Error("The crowd's process has ended");
  });
  isOver.catch(() => {});
  const open = async (count: number, application: string) => {
    const order: CrowdOrder = { connection: server.config(role), application, count };
    const opened = once(child, 'message');
    child.send(order);
    await Promise.race([opened, isOver]);
  };
  const dispose = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { open, [Symbol.asyncDispose]: dispose };
}

const COUNT = 'SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = $1';

/** Resolves when the server shows none of them any more. */
export async function gone(watcher: Client, application: string): Promise<void> {
  const isGone = async () => {
    const { rows } = await watcher.query<{ count: number }>({
      name: 'gone',
      text: COUNT,
      values: [application],
    });
    return rows[0]?.count === 0;
  };
  await waitUntil(isGone, { what: `all of ${application} were gone`, timeoutMs: 30_000, everyMs: 2 });
}
