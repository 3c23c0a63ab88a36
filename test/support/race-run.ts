import { setTimeout as sleep } from 'node:timers/promises';
import { startIdleCrowd } from '../bench/idle-crowd.ts';
import { startServer, type Version } from './postgres-server.ts';
import { endsOf, type RacePool, startRacePool, type Tally } from './race-pool.ts';
import { type Racer, type Round, racerOf, STRATEGIES, type Strategy } from './race-strategies.ts';
import { createLeastPrivilegeRole, createRole } from './roles.ts';

/** The result of ending sessions of a busy pool. The clients themselves report where they were. */
export type RaceResult = Round &
  Pick<Tally, 'idle' | 'first' | 'inside' | 'committed'> & {
    readonly strategy: Strategy;
    readonly seconds: number;
  };

const POOL_CLIENTS = 40;
const POOL_REST_MS = 40;
/** Pause between two rounds, in which the pool becomes about as busy as before. */
const PAUSE_MS = 30;
/** Between look and act: half of a mean rest, so that two out of five clients have woken up. */
const GAP_MS = 20;

/** Strategies on the same busy pool. Each runs until it has ended at least so many sessions. */
export async function raceOn(
  version: Version,
  atLeast: Readonly<Partial<Record<Strategy, number>>>,
): Promise<readonly RaceResult[]> {
  // Clients that come back by the thousand must not use up the machine's CPU for passwords.
  await using server = await startServer({ version, authentication: 'trust' });
  const app = await createRole(server, 'app');
  const ours = await createLeastPrivilegeRole(server);
  const wakes = { kind: 'at random', meanMs: POOL_REST_MS } as const;
  await using pool = await startRacePool(server, app, POOL_CLIENTS, wakes);
  const results: RaceResult[] = [];
  for (const strategy of STRATEGIES) {
    const least = atLeast[strategy];
    if (least === undefined) continue;
    let result = nothingYet(strategy);
    while (result.signalled < least) {
      // A session for each round: the clients of a slow machine are back only after our session's time to be idle.
      await using racer = await racerOf(strategy, {
        ...{ server, user: app.user, ours },
        wait: () => sleep(GAP_MS),
      });
      await sleep(PAUSE_MS);
      result = together([result, await race(pool, racer, strategy)], strategy);
    }
    results.push(result);
  }
  return results;
}

const HERD_CLIENTS = 500;
const EVERY_MS = 10_000;
/** Long before they wake up again, and long after they last woke up. */
const CHOSEN_BEFORE_MS = 1_500;
/** Ending all of them takes about as long. So in some rounds most end before they wake up, in others after. */
const ACT_WITHIN_MS = 300;

/**
 * Strategies on the same clients, which all wake up at every tenth second while they are being ended. The strategies take
 * turns until each has ended at least so many sessions. Idle sessions of another role are there too, and nothing ends
 * those.
 */
export async function herdOn(
  version: Version,
  atLeast: Readonly<Partial<Record<Strategy, number>>>,
  bystanders: number,
): Promise<readonly RaceResult[]> {
  const settings = { max_connections: bystanders + HERD_CLIENTS + 50 };
  await using server = await startServer({ version, authentication: 'trust', settings });
  const [app, ours] = [await createRole(server, 'app'), await createLeastPrivilegeRole(server)];
  await using crowd = await startIdleCrowd(server, await createRole(server, 'bystander'));
  if (bystanders > 0) await crowd.open(bystanders, 'bystander');
  const wakes = { kind: 'by the clock', everyMs: EVERY_MS } as const;
  await using pool = await startRacePool(server, app, HERD_CLIENTS, wakes);
  const wait = () => sleep(untilTheyWake() - Math.random() * ACT_WITHIN_MS);
  const results = new Map<Strategy, RaceResult>();
  const isOpen = (strategy: Strategy) => (results.get(strategy)?.signalled ?? 0) < (atLeast[strategy] ?? 0);
  while (STRATEGIES.some(isOpen)) {
    for (const strategy of STRATEGIES.filter(isOpen)) {
      await using racer = await racerOf(strategy, { server, user: app.user, ours, wait });
      await sleep((untilTheyWake() - CHOSEN_BEFORE_MS + EVERY_MS) % EVERY_MS);
      const before = results.get(strategy) ?? nothingYet(strategy);
      results.set(strategy, together([before, await race(pool, racer, strategy)], strategy));
    }
  }
  return [...results.values()];
}

function untilTheyWake(): number {
  return EVERY_MS - (Date.now() % EVERY_MS);
}

/** One round, until its clients are back. */
async function race(pool: RacePool, racer: Racer, strategy: Strategy): Promise<RaceResult> {
  const before = pool.tally();
  const startedAt = performance.now();
  const round = await racer.race();
  // Nothing else ends sessions, so the count of the clients must reach exactly what the server says it signalled.
  await pool.recovered(endsOf(before) + round.signalled);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { strategy, ...round, seconds, ...difference(pool.tally(), before) };
}

function nothingYet(strategy: Strategy): RaceResult {
  return { strategy, signalled: 0, letGo: 0, idle: 0, first: 0, inside: 0, committed: 0, seconds: 0 };
}

function difference(later: Tally, earlier: Tally): Pick<Tally, 'idle' | 'first' | 'inside' | 'committed'> {
  return {
    idle: later.idle - earlier.idle,
    first: later.first - earlier.first,
    inside: later.inside - earlier.inside,
    committed: later.committed - earlier.committed,
  };
}

/** All results of one strategy, added up. */
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
