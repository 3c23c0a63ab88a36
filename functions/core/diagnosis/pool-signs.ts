import { medianOf } from '../base/median.ts';
import { type SessionEvidence, sumOf } from './evidence.ts';
import { type Openings, openingsOf } from './opening-rate.ts';
import { agesOf } from './suspect.ts';

/** What drivers and pools run to prepare a session or to see whether it lives; literals are redacted, in whatever way. */
const PREPARING = new RegExp(
  `^(?:${[
    '',
    '(?:SET|SHOW|RESET|DISCARD|DEALLOCATE ALL|UNLISTEN) ?.*',
    "SELECT (?:\\?|1|NULL|\\$1|'.*')(?: AS \\w+)?",
    // Functions that tell or set something of the session itself.
    'SELECT (?:pg_catalog\\.)?(?:version|current_schemas?|current_database|set_config|current_setting|pg_is_in_recovery|pg_backend_pid|pg_advisory_unlock_all)\\(.*',
    // The types that the server has: Npgsql, Postgrex, ActiveRecord and asyncpg load them into each process or session.
    'SELECT .* FROM (?:pg_catalog\\.)?pg_type\\b.*',
  ].join('|')})\\s*;?$`,
  'is',
);
/** Of the statements that are told, so many only prepare where a program has never worked. */
const NEVER_WORKED = 0.8;
const PARTLY_WORKED = 0.4;
/**
 * Fewer pools are alike by chance, and so are pools of one session. So many are as large as the largest, or nearly: one that
 * replaces a session has one less. Where sessions are hidden, many hosts differ by less than chance would have it.
 */
const ALIKE = { pools: 3, sessions: 2, share: 0.7, less: 1, manyPools: 8, spread: 0.3 } as const;
/** A pool's sessions are opened within this share of the time since the first of them. */
const ONE_GO = 0.1;
const FEWEST_IN_POOL = 4;

/** Whether the last statement only prepares a session; null where it is not told. */
export function prepares({ session: { lastStatement } }: SessionEvidence): boolean | null {
  return lastStatement === null ? null : PREPARING.test(lastStatement.trim());
}

/** Sessions of which nothing shows but how they were prepared. What is not told may be anything. */
export function neverWorked(members: readonly SessionEvidence[]): readonly SessionEvidence[] {
  return members.filter((member) => prepares(member) === true);
}

/**
 * What the last statements of a program come to: `untold` where fewer than half of them are known. What leaks has worked, nearly
 * all of it; of a pool at rest a part may have.
 */
export function workOf(members: readonly SessionEvidence[]): 'worked' | 'partly' | 'never worked' | 'untold' {
  const told = members.filter((member) => prepares(member) !== null).length;
  if (told * 2 < members.length) return 'untold';
  const idle = neverWorked(members).length;
  if (idle >= told * NEVER_WORKED) return 'never worked';
  return idle >= told * PARTLY_WORKED ? 'partly' : 'worked';
}

/** What SQLAlchemy and others run when a connection is given back: alone it says little, for a pool for each request does so too. */
export function wasGivenBack(members: readonly SessionEvidence[]): boolean {
  const reset = members.filter(({ session }) => /^ROLLBACK;?$/i.test(session.lastStatement?.trim() ?? ''));
  return reset.length >= members.length * NEVER_WORKED;
}

/** Sessions by the pool that they would be of: one role's, of one process, as far as its address tells. */
export function byPool(members: readonly SessionEvidence[]): readonly (readonly SessionEvidence[])[] {
  return [...Map.groupBy(members, ({ session: { user, address } }) => `${address} ${user}`).values()];
}

/** As many sessions at nearly every address: a pool of a fixed size in each process. */
export function isBalanced(members: readonly SessionEvidence[]): boolean {
  const sizes = byPool(members).map(({ length }) => length);
  const largest = Math.max(0, ...sizes);
  if (sizes.length < ALIKE.pools || largest < ALIKE.sessions) return false;
  const least = largest < 2 * ALIKE.sessions ? largest : largest - ALIKE.less;
  const alike = sizes.filter((size) => size >= least).length;
  return alike >= sizes.length * ALIKE.share || isEven(sizes);
}

/** The variance beside the mean: 1 where chance deals sessions out to hosts. */
function isEven(sizes: readonly number[]): boolean {
  const mean = sumOf(sizes, (size) => size) / sizes.length;
  const variance = sumOf(sizes, (size) => (size - mean) ** 2) / (sizes.length - 1);
  return sizes.length >= ALIKE.manyPools && mean >= ALIKE.sessions && variance <= mean * ALIKE.spread;
}

/**
 * A pool that lends the connection given back last uses its newest one until it opens the next; what leaks is used for one
 * request, however long it is until the next one comes.
 */
export function isUsedInTurn(members: readonly SessionEvidence[]): boolean {
  const turns = byPool(members).flatMap(turnsOf);
  const used = medianOf(turns.map(({ usedMs }) => usedMs)) ?? 0;
  const ofTurn = medianOf(turns.map(({ usedMs, turnMs }) => usedMs / turnMs)) ?? 0;
  return turns.length >= IN_TURN.fewest && used >= IN_TURN.leastMs && ofTurn >= IN_TURN.share;
}

const IN_TURN = { fewest: 4, leastMs: 10_000, share: 0.25 } as const;

/** For how long each session was used, and how long it was the newest of its pool. */
function turnsOf(
  pool: readonly SessionEvidence[],
): readonly { readonly usedMs: number; readonly turnMs: number }[] {
  const order = pool.toSorted((a, b) => (b.openedMs ?? 0) - (a.openedMs ?? 0));
  return order.flatMap((member, at) => {
    const next = order[at + 1]?.openedMs ?? null;
    const { openedMs, sinceMs } = member;
    if (next === null || openedMs === null || sinceMs === null || openedMs <= next) return [];
    return prepares(member) === true ? [] : [{ usedMs: openedMs - sinceMs, turnMs: openedMs - next }];
  });
}

/**
 * The spread of the pauses between openings beside their mean: 1 where requests of many people open sessions, 0 for a clock.
 * Null where there are too few to say.
 */
export function spreadOfPauses(members: readonly SessionEvidence[]): number | null {
  const ages = agesOf(members, 'openedMs').toSorted((a, b) => a - b);
  if (ages.length < FEWEST_PAUSES) return null;
  const gaps = ages.slice(1).map((age, at) => age - (ages[at] ?? age));
  const mean = sumOf(gaps, (gap) => gap) / gaps.length;
  return mean > 0 ? Math.sqrt(sumOf(gaps, (gap) => (gap - mean) ** 2) / gaps.length) / mean : null;
}

const FEWEST_PAUSES = 8;

/** Each process opens its pool when it starts: together, at its own address. */
export function openedTogether(members: readonly SessionEvidence[], all: Openings): number {
  const each = byPool(members);
  const inEach = sumOf(each, (pool) =>
    Math.max(openingsOf(agesOf(pool, 'openedMs')).inBursts, inOneGo(pool) ? pool.length : 0),
  );
  return Math.max(all.inBursts, inEach, inOneGo(members) ? members.length : 0);
}

/** On a busy host a pool takes longer to open: within a tenth of the time that it has been there is still at its start. */
export function inOneGo(members: readonly SessionEvidence[]): boolean {
  const ages = agesOf(members, 'openedMs');
  const [first, last] = [Math.max(0, ...ages), Math.min(...ages)];
  return members.length >= FEWEST_IN_POOL && first - last <= first * ONE_GO;
}

/** Sessions that one pool opened when it was made, and how long ago the last of them was. */
type PoolOpened = { readonly size: number; readonly lastMs: number };

/**
 * The pools of one host by their sessions: pauses within one are a small part of the mean pause. A pool whose sessions are
 * replaced at random has few so near to each other.
 */
export function poolsOpened(members: readonly SessionEvidence[]): readonly PoolOpened[] {
  if (inOneGo(members)) return [];
  const ages = agesOf(members, 'openedMs').toSorted((a, b) => b - a);
  const [first = 0, last = 0] = [ages[0], ages.at(-1)];
  const most = Math.min(
    IN_ONE_POOL.mostMs,
    ((first - last) / Math.max(1, ages.length - 1)) * IN_ONE_POOL.ofMean,
  );
  const runs: { size: number; lastMs: number }[] = [];
  let before = Number.POSITIVE_INFINITY;
  for (const age of ages) {
    const run = runs.at(-1);
    if (run === undefined || before - age > most) runs.push({ size: 1, lastMs: age });
    else Object.assign(run, { size: run.size + 1, lastMs: age });
    before = age;
  }
  return runs.filter(({ size }) => size > 1);
}

const IN_ONE_POOL = { ofMean: 0.15, mostMs: 2_000 } as const;

/** For how long half of them have rested, milliseconds. */
export function typicalRest(members: readonly SessionEvidence[]): number {
  return medianOf(agesOf(members, 'sinceMs')) ?? 0;
}
