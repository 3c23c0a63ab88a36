import { setTimeout as sleep } from 'node:timers/promises';
import { WINDOW } from '../../functions/workflow/terminate.ts';
import type { Role, TestServer } from './postgres-server.ts';
import { openDatabase } from './targets.ts';

/** Ways to end the idle sessions of a busy pool. */
export const STRATEGIES = ['guarded', 'two-step', 'one-liner'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What came of choosing and ending sessions once. */
export type Round = {
  /** Sessions to which the server says that it sent the signal. */
  readonly signalled: number;
  /** Sessions that were chosen, and were not as they had been seen by the time of their statement. */
  readonly letGo: number;
};

export type Racer = AsyncDisposable & { readonly race: () => Promise<Round> };

/** Between look and act: half of a mean rest, so that two out of five have woken up. */
const GAP_MS = 20;

/** Ends idle sessions of `user` in the given way, in a session of `ours`. */
export function racerOf(strategy: Strategy, server: TestServer, user: string, ours: Role): Promise<Racer> {
  switch (strategy) {
    case 'guarded':
      return guarded(server, user, ours);
    case 'two-step':
      return twoStep(server, user, ours);
    case 'one-liner':
      return oneLiner(server, user, ours);
    default:
      return strategy satisfies never;
  }
}

/** The product's own session, snapshot, guard and windows; the plan is everybody who was seen idle. */
async function guarded(server: TestServer, user: string, ours: Role): Promise<Racer> {
  const database = await openDatabase(server, ours);
  const race = async (): Promise<Round> => {
    const { sessions } = await database.readSnapshot();
    const plan = sessions.filter((session) => session.user === user && session.state === 'idle');
    await sleep(GAP_MS);
    let signalled = 0;
    for (let from = 0; from < plan.length; from += WINDOW) {
      const guards = await database.terminate(plan.slice(from, from + WINDOW));
      const odd = guards.find((guard) => guard !== 'signalled' && guard !== 'no-match');
      if (odd !== undefined) throw new Error(`The guard of an ordinary session said "${odd}"`);
      signalled += guards.filter((guard) => guard === 'signalled').length;
    }
    return { signalled, letGo: plan.length - signalled };
  };
  return { race, [Symbol.asyncDispose]: database.close };
}

/** What a script does: it selects the pids, and then ends one after the other. */
async function twoStep(server: TestServer, user: string, ours: Role): Promise<Racer> {
  const client = await server.connect(ours);
  const race = async (): Promise<Round> => {
    const look = `SELECT pid FROM pg_stat_activity WHERE state = 'idle' AND usename = $1`;
    const { rows } = await client.query<{ pid: number }>(look, [user]);
    await sleep(GAP_MS);
    let signalled = 0;
    for (const { pid } of rows) {
      const answer = await client.query<Answer>('SELECT pg_terminate_backend($1) AS sent', [pid]);
      signalled += sentIn(answer.rows);
    }
    return { signalled, letGo: rows.length - signalled };
  };
  return { race, [Symbol.asyncDispose]: () => client.end() };
}

/** What people paste: look and act in one statement, for everybody at once. */
async function oneLiner(server: TestServer, user: string, ours: Role): Promise<Racer> {
  const client = await server.connect(ours);
  const race = async (): Promise<Round> => {
    const text = `SELECT pg_terminate_backend(pid) AS sent FROM pg_stat_activity WHERE state = 'idle' AND usename = $1`;
    const { rows } = await client.query<Answer>(text, [user]);
    const signalled = sentIn(rows);
    return { signalled, letGo: rows.length - signalled };
  };
  return { race, [Symbol.asyncDispose]: () => client.end() };
}

type Answer = { readonly sent: boolean };

function sentIn(rows: readonly Answer[]): number {
  return rows.filter(({ sent }) => sent).length;
}
