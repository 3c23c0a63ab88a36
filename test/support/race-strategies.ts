import { windowsOf } from '../../functions/core/run/windows-of.ts';
import type { Role, TestServer } from './postgres-server.ts';
import { openDatabase } from './targets.ts';

/** Ways to end the idle sessions of a busy pool. */
export const STRATEGIES = ['guarded', 'look-for-each', 'two-step', 'one-liner'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** The result of choosing and ending sessions once. */
export type Round = {
  /** Sessions that got the signal, by the server's answer. */
  readonly signalled: number;
  /** Chosen sessions that had changed by the time of their statement. */
  readonly letGo: number;
};

export type Racer = AsyncDisposable & { readonly race: () => Promise<Round> };

/** The role whose sessions are ended, the role that ends them, and the wait between choosing and ending. */
export type Race = {
  readonly server: TestServer;
  readonly user: string;
  readonly ours: Role;
  readonly wait: () => Promise<unknown>;
};

/** Ends idle sessions in the given way. */
export function racerOf(strategy: Strategy, race: Race): Promise<Racer> {
  switch (strategy) {
    case 'guarded':
      return guarded(race);
    case 'look-for-each':
      return lookForEach(race);
    case 'two-step':
      return twoStep(race);
    case 'one-liner':
      return oneLiner(race);
    default:
      return strategy satisfies never;
  }
}

/** The product's own session, snapshot, guard and windows. The plan is every session that was seen idle. */
async function guarded({ server, user, ours, wait }: Race): Promise<Racer> {
  const database = await openDatabase(server, ours);
  const race = async (): Promise<Round> => {
    const { sessions } = await database.readSnapshot();
    const plan = sessions.filter((session) => session.user === user && session.state === 'idle');
    await wait();
    let signalled = 0;
    for (const window of windowsOf(plan, sessions.length)) {
      const guards = await database.terminate(window);
      const odd = guards.find((guard) => guard !== 'signalled' && guard !== 'no-match');
      if (odd !== undefined) throw new Error(`The guard of an ordinary session said "${odd}"`);
      signalled += guards.filter((guard) => guard === 'signalled').length;
    }
    return { signalled, letGo: plan.length - signalled };
  };
  return { race, [Symbol.asyncDispose]: database.close };
}

const SEEN = `SELECT pid, backend_start::text, state_change::text FROM pg_stat_activity WHERE state = 'idle' AND usename = $1`;
const IF_STILL = `SELECT pg_terminate_backend(a.pid) AS sent FROM pg_stat_get_activity($1) a
  WHERE a.backend_start = $2::timestamptz AND a.state = 'idle' AND a.state_change = $3::timestamptz`;

/** The guard at its strictest: a statement, and so a check, for each session. */
async function lookForEach({ server, user, ours, wait }: Race): Promise<Racer> {
  const client = await server.connect(ours);
  const race = async (): Promise<Round> => {
    const { rows } = await client.query<{ pid: number; backend_start: string; state_change: string }>(SEEN, [
      user,
    ]);
    await wait();
    let signalled = 0;
    for (const { pid, backend_start, state_change } of rows) {
      const values = [pid, backend_start, state_change];
      const answer = await client.query<Answer>({ name: 'if-still', text: IF_STILL, values });
      signalled += sentIn(answer.rows);
    }
    return { signalled, letGo: rows.length - signalled };
  };
  return { race, [Symbol.asyncDispose]: () => client.end() };
}

/** What a script does: it selects the pids, and then ends one after the other. */
async function twoStep({ server, user, ours, wait }: Race): Promise<Racer> {
  const client = await server.connect(ours);
  const race = async (): Promise<Round> => {
    const look = `SELECT pid FROM pg_stat_activity WHERE state = 'idle' AND usename = $1`;
    const { rows } = await client.query<{ pid: number }>(look, [user]);
    await wait();
    let signalled = 0;
    for (const { pid } of rows) {
      const answer = await client.query<Answer>('SELECT pg_terminate_backend($1) AS sent', [pid]);
      signalled += sentIn(answer.rows);
    }
    return { signalled, letGo: rows.length - signalled };
  };
  return { race, [Symbol.asyncDispose]: () => client.end() };
}

/** The statement that people paste: look and act in one, for all sessions at once. */
async function oneLiner({ server, user, ours, wait }: Race): Promise<Racer> {
  const client = await server.connect(ours);
  const race = async (): Promise<Round> => {
    await wait();
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
