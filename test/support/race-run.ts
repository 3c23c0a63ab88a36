import { setTimeout as sleep } from 'node:timers/promises';
import { startServer, type Version } from './postgres-server.ts';
import { endsOf, type RacePool, startRacePool, type Tally } from './race-pool.ts';
import { type Racer, type Round, racerOf, STRATEGIES, type Strategy } from './race-strategies.ts';
import { createLeastPrivilegeRole, createRole } from './roles.ts';

/** What ending sessions of a busy pool came to. The clients themselves tell where the end found them. */
export type RaceResult = Round &
  Pick<Tally, 'idle' | 'first' | 'inside' | 'committed'> & {
    readonly strategy: Strategy;
    readonly seconds: number;
  };

/** A pool's clients rest so long on average; between two rounds it becomes about as busy as ever. */
export type Pace = { readonly restMs: number; readonly pauseMs: number };

export const BUSY: Pace = { restMs: 40, pauseMs: 30 };
/** The guard's looks may be as old as a thousandth of a session's rest: here several share one. */
export const CALM: Pace = { restMs: 2_000, pauseMs: 2_000 };

/** Strategies on the same pool, each until it has ended at least so many sessions. */
export async function raceOn(
  version: Version,
  atLeast: Readonly<Partial<Record<Strategy, number>>>,
  pace = BUSY,
): Promise<readonly RaceResult[]> {
  // Clients that come back by the thousand are not to spend the machine on passwords.
  await using server = await startServer({ version, authentication: 'trust' });
  const app = await createRole(server, 'app');
  const ours = await createLeastPrivilegeRole(server);
  await using pool = await startRacePool(server, app, pace.restMs);
  const results: RaceResult[] = [];
  for (const strategy of STRATEGIES) {
    const least = atLeast[strategy];
    if (least === undefined) continue;
    const racer = () => racerOf(strategy, server, pool.user, ours);
    results.push(await race(pool, racer, strategy, least, pace));
  }
  return results;
}

async function race(
  pool: RacePool,
  racerFor: () => Promise<Racer>,
  strategy: Strategy,
  atLeast: number,
  { pauseMs }: Pace,
): Promise<RaceResult> {
  await using racer = await racerFor();
  const before = pool.tally();
  const startedAt = performance.now();
  let signalled = 0;
  let letGo = 0;
  while (signalled < atLeast) {
    await sleep(pauseMs);
    const round = await racer.race();
    signalled += round.signalled;
    letGo += round.letGo;
    // Nobody else ends sessions: the clients must come to the very number that the server says it signalled.
    await pool.recovered(endsOf(before) + signalled);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const since = difference(pool.tally(), before);
  return { strategy, signalled, letGo, seconds, ...since };
}

function difference(later: Tally, earlier: Tally): Pick<Tally, 'idle' | 'first' | 'inside' | 'committed'> {
  return {
    idle: later.idle - earlier.idle,
    first: later.first - earlier.first,
    inside: later.inside - earlier.inside,
    committed: later.committed - earlier.committed,
  };
}

/** All results of one strategy as one. */
export function together(results: readonly RaceResult[], strategy: Strategy): RaceResult {
  const sum = (count: (result: RaceResult) => number) =>
    results
      .filter((result) => result.strategy === strategy)
      .reduce((total, result) => total + count(result), 0);
  return {
    strategy,
    signalled: sum(({ signalled }) => signalled),
    letGo: sum(({ letGo }) => letGo),
    idle: sum(({ idle }) => idle),
    first: sum(({ first }) => first),
    inside: sum(({ inside }) => inside),
    committed: sum(({ committed }) => committed),
    seconds: sum(({ seconds }) => seconds),
  };
}
