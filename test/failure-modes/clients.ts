import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Client } from 'pg';
import { guardAgainstOrphaning } from '../support/lambda-guard.ts';
import { startSlowNetwork } from '../support/slow-network.ts';
import { waitUntil } from '../support/wait-until.ts';
import { REST, type Stage } from './stage.ts';

/** Clients in trouble: each function takes all slots that the bystanders leave, for the application `batch`. */

/** `pg_sleep`, by its number in the catalog. */
const PG_SLEEP = 2626;
const BATCH = { application_name: 'batch' };

const socketOf = (client: Client): Duplex => client.connection.stream;

async function openClients(stage: Stage, port = stage.server.port): Promise<readonly Client[]> {
  const clients: Client[] = [];
  while (clients.length < REST) clients.push(await stage.server.connect(stage.app, { ...BATCH, port }));
  return clients;
}

async function untilAllAre(stage: Stage, condition: string): Promise<void> {
  const count = async () => {
    const { rowCount } = await stage.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'batch' AND ${condition}`,
    );
    return rowCount;
  };
  await waitUntil(async () => (await count()) === REST, { what: `all clients were ${condition}` });
}

/** The machine they ran on is gone: nothing closes their connections, and the server waits for them for ever. */
export async function openGone(stage: Stage): Promise<void> {
  const network = stage.use(await startSlowNetwork(stage.server));
  const clients = await openClients(stage, network.port);
  network.swallow();
  for (const client of clients) socketOf(client).destroy();
}

/** Their process is stopped. */
export async function openStopped(stage: Stage): Promise<void> {
  const config = stage.server.config(stage.app, BATCH);
  const script = join(import.meta.dirname, 'idle-clients.ts');
  const child = spawn(process.execPath, [script, JSON.stringify({ config, count: REST })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  guardAgainstOrphaning(child);
  const exited = once(child, 'exit');
  stage.afterwards(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
}

/** They ask for so many bytes and read none of the answer. */
export async function openUnread(stage: Stage, bytes: number): Promise<void> {
  for (const client of await openClients(stage)) {
    client.query(`SELECT repeat('x', 1000) FROM generate_series(1, ${bytes / 1_000})`).catch(() => {});
    socketOf(client).pause();
  }
}

/** Until the server has nothing to do for them any more, or cannot go on. */
export const untilAnswered = (stage: Stage) => untilAllAre(stage, "state = 'idle' AND query LIKE '%repeat%'");
export const untilStuck = (stage: Stage) =>
  untilAllAre(stage, "state = 'active' AND wait_event = 'ClientWrite'");

/** State `fastpath function call`: a client that calls a function without a statement, which sleeps for an hour. */
export async function openFastpath(stage: Stage): Promise<void> {
  const client = await stage.server.connect(stage.app, { application_name: 'fastpath' });
  const call = Buffer.alloc(29);
  call.write('F');
  call.writeInt32BE(call.length - 1, 1);
  call.writeInt32BE(PG_SLEEP, 5);
  // One argument, binary, of eight bytes; and a binary result.
  for (const at of [9, 11, 13, 27]) call.writeInt16BE(1, at);
  call.writeInt32BE(8, 15);
  call.writeDoubleBE(3_600, 19);
  socketOf(client).write(call);
  const isShown = async () => {
    const { rowCount } = await stage.query(
      "SELECT FROM pg_stat_activity WHERE state = 'fastpath function call'",
    );
    return rowCount === 1;
  };
  await waitUntil(isShown, { what: 'the function was called' });
}
