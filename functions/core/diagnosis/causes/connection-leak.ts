import { ageText, partText } from '../../base/words.ts';
import { isServerProgram } from '../../server/client-technology.ts';
import { isHidden } from '../../server/session.ts';
import type { Confidence, OpeningRate } from '../cause.ts';
import { type Evidence, type SessionEvidence, sumOf } from '../evidence.ts';
import { wereHeldTogether } from '../held-together.ts';
import { isForgotten, LEFT_SHARE, wasLeft, wereLeftSlowly } from '../left-sessions.ts';
import { msUntilFull } from '../ms-until-full.ts';
import { openedOneByOne } from '../opening-order.ts';
import type { Steady } from '../opening-rate.ts';
import { openingText, paceText } from '../opening-text.ts';
import {
  byPool,
  inOneGo,
  isBalanced,
  poolsOpened,
  spreadByClock,
  typicalRest,
  wasGivenBack,
  workOf,
} from '../pool-signs.ts';
import { steadyOpenings } from '../steady-openings.ts';
import { agesOf, cappedAt, confidenceIn, doing, type Suspect, suspect } from '../suspect.ts';
import { isUsedInTurn } from '../used-in-turn.ts';
import { type Varying, varyingOpenings } from '../varying-openings.ts';
import { isUsedAgain } from './busy-sessions.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/**
 * A leak has stopped when its last session is older than this, and older than twice the time that the leak
 * took.
 */
const GOES_ON = { leastMs: MINUTE_MS, ofSpan: 2 } as const;
/** A leak may be too fast to show a steady rate. */
const QUICK = { spanMs: 5 * MINUTE_MS, share: 0.7 } as const;
/**
 * Pools do not open or replace sessions at exact intervals, but a timer does. A pool that fills takes less
 * than `leastPauseMs` from one session to the next.
 */
const CLOCK = { mostSpread: 0.45, exact: 0.2, leastPauseMs: 5_000 } as const;
/**
 * Sessions that have never worked belong to a pool, unless a timer has opened them for longer than any pool
 * takes to fill.
 */
const UNUSED_LEAK_MS = 30 * MINUTE_MS;
/** A rollout takes less than half an hour, and each of its processes opens its sessions within seconds. */
const ROLLOUT = { fewest: 8, share: 0.95, oneGoMs: 10_000, mostMs: 30 * MINUTE_MS } as const;
/** Deployments hours apart: nearly all sessions are of hosts that have opened none since their start. */
const DEPLOYMENTS = { fewest: 3, share: 0.8 } as const;
/** Pools replace their sessions after 8 hours at the latest. */
const LONGEST_LIFETIME_MS = 9 * HOUR_MS;
/** Much older sessions from the same hosts show that no lifetime replaces sessions. */
const OLDER = { times: 5, share: 0.1, ofGeneration: 0.75 } as const;
/**
 * A process has few pools and opens each once. More pools from the same host are a leak of pools, unless they come within a
 * second of each other: one pool that fills by a few sessions at a time looks the same.
 */
const POOLS = { fewest: 4, perHost: 2, share: 0.7, leastApartMs: 1_000 } as const;

/**
 * `connection-leak`: idle sessions that a program opens steadily and never uses again. A pool that replaces
 * its sessions after a lifetime has the same ages. It differs in that its sessions have not worked, or that
 * every host has the same number of them.
 */
export function connectionLeak(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const resting = doing(program, 'resting');
  if (
    resting.length < program.length * LEFT_SHARE ||
    program.every(({ session }) => isServerProgram(session))
  )
    return null;
  const steady = steadyOpenings(program);
  return (
    ofPools(all, program) ??
    ofSessions(all, program, steady) ??
    quick(all, program) ??
    varying(all, program) ??
    ended(all, program, steady)
  );
}

/** The sessions that were opened since this moment. */
function openedSince(program: readonly SessionEvidence[], sinceMs: number): readonly SessionEvidence[] {
  return program.filter(({ openedMs }) => openedMs !== null && openedMs <= sinceMs);
}

function goesOn(lastMs: number, spanMs: number): boolean {
  return lastMs <= Math.max(GOES_ON.leastMs, GOES_ON.ofSpan * spanMs);
}

function ofSessions(
  all: Evidence,
  program: readonly SessionEvidence[],
  steady: Steady | null,
): Suspect | null {
  if (steady === null || !goesOn(steady.lastMs, steady.spanMs)) return null;
  const since = openedSince(program, steady.sinceMs);
  if (since.length * 2 < program.length || !isForgotten(since)) return null;
  const doubt = mostConfidence(all, program, since, steady);
  if (doubt === null) return null;
  const confidence = cappedAt(doubt, confidenceIn(steady.sessions, since.length));
  const told = steady.isConstant ? steady : (varyingOpenings(since) ?? steady);
  return leak(all, program, since, { steady: told, confidence, pools: null });
}

/** How certain it is that the sessions of a steady part do not belong to a pool. Null when they do. */
function mostConfidence(
  { hidden }: Evidence,
  program: readonly SessionEvidence[],
  since: readonly SessionEvidence[],
  steady: Steady,
): Confidence | null {
  const { sinceMs, spanMs } = steady;
  if (isRollout(since, steady)) return null;
  const work = workOf(since);
  if (work === 'partly' || isUsedInTurn(since) || wereHeldTogether(since)) return null;
  if (work === 'worked' && !wasGivenBack(since)) return 'high';
  const spread = spreadByClock(since);
  const isClock = spread <= CLOCK.mostSpread;
  if (work === 'never worked' && (!isClock || spanMs < UNUSED_LEAK_MS)) return null;
  if (work === 'never worked') return spread <= CLOCK.exact ? 'high' : 'medium';
  // A schedule that runs on each host opens as many on each.
  if (isClock && !wasGivenBack(since) && spanMs >= since.length * CLOCK.leastPauseMs) return 'medium';
  if (isBalanced(program)) return null;
  const theirs = new Set(since.map(({ session }) => session.address));
  const older = agesOf(
    program.filter(
      ({ openedMs, session }) => (openedMs ?? 0) > sinceMs * OLDER.times && theirs.has(session.address),
    ),
    'openedMs',
  );
  // A pool that is replacing a generation has older sessions of about one age as well.
  const isGeneration = Math.min(...older) >= Math.max(...older) * OLDER.ofGeneration;
  // Sessions that were given back stay idle in their pool until it lends them again.
  const isNoLifetime =
    !wasGivenBack(since) &&
    (sinceMs > LONGEST_LIFETIME_MS || (!isGeneration && older.length >= program.length * OLDER.share));
  const isUneven = hidden === 0 && byPool(since).length > 3;
  // Without statements, or when sessions were given back, a pool that replaces its sessions shows the ages of a leak.
  return isClock || isNoLifetime || isUneven ? 'medium' : 'low';
}

/**
 * Processes that start one after the other, as in a deployment or when more are needed: each host has opened
 * its sessions in one go. A leak goes on for longer than that takes, or opens on the same hosts again.
 */
function isRollout(since: readonly SessionEvidence[], { spanMs }: Steady): boolean {
  const hosts = byPool(since);
  const started = sumOf(hosts, (host) => (inOneGo(host) ? host.length : 0));
  if (hosts.length >= DEPLOYMENTS.fewest && started >= since.length * DEPLOYMENTS.share) return true;
  const once = hosts.filter((host) => {
    const ages = agesOf(host, 'openedMs');
    return Math.max(...ages) - Math.min(...ages) <= ROLLOUT.oneGoMs;
  });
  return (
    hosts.length >= ROLLOUT.fewest && once.length >= hosts.length * ROLLOUT.share && spanMs < ROLLOUT.mostMs
  );
}

/**
 * A leak that is too fast to show a steady rate: each session was opened while the one before had finished
 * its work and was idle.
 */
function quick(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const ages = agesOf(program, 'openedMs');
  const [first, last] = [Math.max(0, ...ages), Math.min(...ages)];
  const isQuick = first - last <= QUICK.spanMs && goesOn(last, first - last);
  if (!isQuick || !isForgotten(program) || openedOneByOne(program) < program.length * QUICK.share)
    return null;
  const confidence = cappedAt('medium', confidenceIn(program.length, program.length));
  return leak(all, program, program, { steady: null, confidence, pools: null });
}

/** A program that creates pools again and again on the same hosts and never closes them. */
function ofPools(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const each = byPool(program).map(poolsOpened);
  const pools = each.flat();
  const sessions = sumOf(pools, ({ size }) => size);
  const most = Math.max(...each.map(({ length }) => length));
  const isMany = most >= POOLS.fewest && pools.length >= POOLS.perHost * each.length;
  if (!isMany || sessions < program.length * POOLS.share || wereHeldTogether(program)) return null;
  const ages = pools.map(({ lastMs }) => lastMs);
  const [first, last] = [Math.max(...ages), Math.min(...ages)];
  const spanMs = first - last;
  if (spanMs < POOLS.leastApartMs * (pools.length - 1) || !goesOn(last, spanMs) || !isForgotten(program))
    return null;
  const perHour = ((pools.length - 1) * HOUR_MS) / spanMs;
  const size = Math.round(sessions / pools.length);
  const steady = {
    perHour: perHour * size,
    spanMs,
    sessions,
    sinceMs: first,
    lastMs: last,
    isConstant: true,
  };
  return leak(all, program, program, {
    steady,
    confidence: confidenceIn(sessions, program.length),
    pools: { perHour, size },
  });
}

/** Within a shorter time a pool may open as many sessions, but not as slowly on each host. */
const LEAST_RHYTHM_MS = 12 * HOUR_MS;

/** A leak whose rate goes up and down, with its average and range. */
function varying(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const steady = varyingOpenings(program);
  if (steady === null || !goesOn(steady.lastMs, steady.spanMs) || !wasLeft(program, steady)) return null;
  if (steady.spanMs < LEAST_RHYTHM_MS && !wereLeftSlowly(program, steady)) return null;
  if (isBalanced(program) || isRollout(program, steady)) return null;
  const confidence = cappedAt('medium', confidenceIn(steady.sessions, program.length));
  return leak(all, program, program, { steady, confidence, pools: null });
}

/** A leak that went on for a while and has ended long ago. Its rate is no forecast. */
function ended(all: Evidence, program: readonly SessionEvidence[], steady: Steady | null): Suspect | null {
  if (steady === null || goesOn(steady.lastMs, steady.spanMs)) return null;
  const since = openedSince(program, steady.sinceMs);
  if (since.length * 2 < program.length || !wereLeftSlowly(since, steady) || !wasLeft(since, steady))
    return null;
  if (steady.sessions < byPool(since).length * EACH_HOST) return null;
  const confidence = cappedAt('medium', confidenceIn(steady.sessions, since.length));
  const found = leak(all, program, since, { steady, confidence, pools: null });
  return { ...found, opening: null };
}

/** Processes that start one after the other open a session or two each. */
const EACH_HOST = 3;

type Found = {
  readonly steady: Steady | Varying | null;
  readonly confidence: Confidence;
  readonly pools: { readonly perHour: number; readonly size: number } | null;
};

function leak(
  all: Evidence,
  program: readonly SessionEvidence[],
  since: readonly SessionEvidence[],
  found: Found,
): Suspect {
  const { steady, confidence, pools } = found;
  const resting = doing(since, 'resting');
  const unused = resting.filter((member) => !isUsedAgain(member)).length;
  const older = program.length - since.length;
  return suspect(all, program, {
    cause: 'connection-leak',
    confidence,
    opening: steady && openingFor(all, program, steady),
    evidence: [
      `${partText(resting.length, since.length)}${older > 0 ? ' newer ones' : ''} are idle, half of them for over ${ageText(typicalRest(resting))}`,
      `${unused === resting.length ? 'all' : unused} of them ran one piece of work and were never used again`,
      ...(pools === null
        ? []
        : [`a pool of ${pools.size} sessions was opened ${paceText(pools.perHour)}, and none was closed`]),
      steady === null
        ? `${openedOneByOne(program)} were opened while the one before was already idle`
        : openingText(steady, older),
    ],
  });
}

/** Of hidden sessions we know the names but not the ages. They are taken to have come at the same rate. */
function openingFor(
  all: Evidence,
  program: readonly SessionEvidence[],
  { perHour, spanMs, sinceMs }: Steady,
): OpeningRate {
  const whole = perHour * (1 + hiddenOf(all, program) / program.length);
  return { perHour: whole, spanMs, sinceMs, fullInMs: msUntilFull(all.record, all.server, whole) };
}

function hiddenOf({ snapshot, programs, hidden }: Evidence, [first]: readonly SessionEvidence[]): number {
  if (hidden === 0 || first === undefined) return 0;
  const program = programs.of(first.session);
  return sumOf(snapshot.sessions, (session) =>
    isHidden(session) && programs.of(session) === program ? 1 : 0,
  );
}
