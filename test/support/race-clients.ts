/**
 * The clients of a busy pool. Each rests, runs a short transaction, and notes where it was when its session ended, by the
 * last answers of the server. It reconnects at once. Started by `race-pool.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ORDER_VARIABLE, type PoolOrder, type Tally, type Wakes } from './race-pool.ts';

const WORK = ['SELECT pg_sleep(0.003)', 'SELECT pg_sleep(0.003)', 'COMMIT'];

const { connection, clients, wakes }: PoolOrder = JSON.parse(process.env[ORDER_VARIABLE] ?? '{}');
const tally: { -readonly [Fact in keyof Tally]: Tally[Fact] } = {
  open: 0,
  committed: 0,
  idle: 0,
  first: 0,
  inside: 0,
};

async function live(): Promise<never> {
  for (;;) {
    const client = new pg.Client(connection);
    // Resolves when the session ends between statements. During a statement, the statement fails.
    const end = new Promise<'end'>((resolve) => client.on('error', () => resolve('end')));
    await client.connect();
    tally.open += 1;
    process.send?.(tally);
    tally[await work(client, end)] += 1;
    tally.open -= 1;
    process.send?.(tally);
  }
}

function restMs(wakes: Wakes): number {
  switch (wakes.kind) {
    case 'at random':
      return -Math.log(1 - Math.random()) * wakes.meanMs;
    case 'by the clock':
      return wakes.everyMs - (Date.now() % wakes.everyMs);
    default:
      return wakes satisfies never;
  }
}

/** Works until the session ends. Resolves to where the client was then. */
async function work(client: pg.Client, end: Promise<'end'>): Promise<'idle' | 'first' | 'inside'> {
  const isInside = () => client.getTransactionStatus() !== 'I';
  for (;;) {
    const rest = sleep(restMs(wakes));
    if ((await Promise.race([end, rest])) === 'end') return 'idle';
    try {
      await client.query('BEGIN');
      for (const statement of WORK) await client.query(statement);
      tally.committed += 1;
    } catch {
      return isInside() ? 'inside' : 'first';
    }
  }
}

process.on('disconnect', () => process.exit());
await Promise.all(Array.from({ length: clients }, live));
