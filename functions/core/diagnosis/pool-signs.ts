import { medianOf } from '../base/median.ts';
import { type SessionEvidence, sumOf } from './evidence.ts';
import { type Openings, openingsOf } from './opening-rate.ts';
import { agesOf } from './suspect.ts';

/**
 * Statements with which drivers and pools prepare a session or test whether it still works. Literals are
 * redacted in any way.
 */
const PREPARING = new RegExp(
  `^(?:${[
    '',
    '(?:SET|SHOW|RESET|DISCARD|DEALLOCATE ALL|UNLISTEN) ?.*',
    "SELECT (?:\\?|1|NULL|\\$1|'.*')(?: AS \\w+)?",
    // Functions that read or set something about the session itself.
    'SELECT (?:pg_catalog\\.)?(?:version|current_schemas?|current_database|set_config|current_setting|pg_is_in_recovery|pg_backend_pid|pg_advisory_unlock_all)\\(.*',
    // The server's types, which Npgsql, Postgrex, ActiveRecord and asyncpg load once for each process or
    // session.
    'SELECT .* FROM (?:pg_catalog\\.)?pg_type\\b.*',
  ].join('|')})\\s*;?$`,
  'is',
);
/** In a program that has never worked, at least this share of the known last statements only prepares. */
const NEVER_WORKED = 0.8;
const PARTLY_WORKED = 0.4;
/**
 * Fewer pools may be alike by chance, and so may pools of one session. This share of them has to be as large
 * as the largest, or smaller by one, because a pool that is replacing a session has one less. Where sessions
 * are hidden, the sizes on many hosts must vary less than by chance.
 */
const ALIKE = { pools: 3, sessions: 2, share: 0.7, less: 1, manyPools: 8, spread: 0.3 } as const;
/** A pool opens its sessions within this share of the time since its first one. */
const ONE_GO = 0.1;
const FEWEST_IN_POOL = 4;

/** Whether the last statement only prepares the session. Null when the statement is not known. */
export function prepares({ session: { lastStatement } }: SessionEvidence): boolean | null {
  return lastStatement === null ? null : PREPARING.test(lastStatement.trim());
}

/** Whether a pool has last tested whether the session still works. What was borrowed has a statement of its own by then. */
export function isTested({ session: { lastStatement } }: SessionEvidence): boolean {
  return lastStatement !== null && TEST.test(lastStatement.trim());
}

/** pgjdbc's `isValid` runs an empty statement. */
const TEST = /^(?:SELECT (?:\?|1|'.?'))?\s*;?$/is;

/**
 * Sessions that have run only preparing statements. A session whose statement is not known does not count.
 */
export function neverWorked(members: readonly SessionEvidence[]): readonly SessionEvidence[] {
  return members.filter((member) => prepares(member) === true);
}

/**
 * Whether the sessions of a program have worked, by their last statements: `untold` when fewer than half of
 * these are known. Leaked sessions have worked, nearly all of them. Of an idle pool a part may have.
 */
export function workOf(members: readonly SessionEvidence[]): 'worked' | 'partly' | 'never worked' | 'untold' {
  const known = members.filter((member) => prepares(member) !== null).length;
  if (known * 2 < members.length) return 'untold';
  const idle = neverWorked(members).length;
  if (idle >= known * NEVER_WORKED) return 'never worked';
  return idle >= known * PARTLY_WORKED ? 'partly' : 'worked';
}

/** What SQLAlchemy and others run when a connection is given back: alone it says little, for a pool for each request does so too. */
export function wasGivenBack(members: readonly SessionEvidence[]): boolean {
  const reset = members.filter(({ session }) => /^ROLLBACK;?$/i.test(session.lastStatement?.trim() ?? ''));
  return reset.length >= members.length * NEVER_WORKED;
}

/** What a pooler in session mode runs when a client has left, and some pools when a connection is given back. */
export function isReset({ session }: SessionEvidence): boolean {
  return /^DISCARD ALL\b/i.test(session.lastStatement ?? '');
}

/**
 * Sessions by the pool to which they probably belong: one role from one process, as far as the address tells.
 */
export function byPool(members: readonly SessionEvidence[]): readonly (readonly SessionEvidence[])[] {
  return [...Map.groupBy(members, ({ session: { user, address } }) => `${address} ${user}`).values()];
}

/**
 * Whether nearly every address has the same number of sessions, as with a pool of fixed size in each process.
 */
export function isBalanced(members: readonly SessionEvidence[]): boolean {
  const sizes = byPool(members).map(({ length }) => length);
  const largest = Math.max(0, ...sizes);
  if (sizes.length < ALIKE.pools || largest < ALIKE.sessions) return false;
  const least = largest < 2 * ALIKE.sessions ? largest : largest - ALIKE.less;
  const alike = sizes.filter((size) => size >= least).length;
  return alike >= sizes.length * ALIKE.share || isEven(sizes);
}

/** The variance divided by the mean. It is 1 when chance spreads sessions over hosts. */
function isEven(sizes: readonly number[]): boolean {
  const mean = sumOf(sizes, (size) => size) / sizes.length;
  const variance = sumOf(sizes, (size) => (size - mean) ** 2) / (sizes.length - 1);
  return sizes.length >= ALIKE.manyPools && mean >= ALIKE.sessions && variance <= mean * ALIKE.spread;
}

/**
 * The spread of the pauses between openings, divided by their mean: 1 when requests of many people open the
 * sessions, 0 for a timer. Null when there are too few.
 */
function spreadOfPauses(members: readonly SessionEvidence[]): number | null {
  const ages = agesOf(members, 'openedMs').toSorted((a, b) => a - b);
  if (ages.length < FEWEST_PAUSES) return null;
  const gaps = ages.slice(1).map((age, at) => age - (ages[at] ?? age));
  const mean = sumOf(gaps, (gap) => gap) / gaps.length;
  return mean > 0 ? Math.sqrt(sumOf(gaps, (gap) => (gap - mean) ** 2) / gaps.length) / mean : null;
}

const FEWEST_PAUSES = 8;

/** The same, of all sessions together or of half of the hosts, where each has a timer of its own. At most 1. */
export function spreadByClock(members: readonly SessionEvidence[]): number {
  const ofHosts = byPool(members).map((pool) => spreadOfPauses(pool) ?? 1);
  return Math.min(1, spreadOfPauses(members) ?? 1, medianOf(ofHosts) ?? 1);
}

/** Each process opens its pool when it starts: all sessions at once, from its own address. */
export function openedTogether(members: readonly SessionEvidence[], all: Openings): number {
  const each = byPool(members);
  const inEach = sumOf(each, (pool) =>
    Math.max(openingsOf(agesOf(pool, 'openedMs')).inBursts, inOneGo(pool) ? pool.length : 0),
  );
  return Math.max(all.inBursts, inEach, inOneGo(members) ? members.length : 0);
}

/**
 * On a busy host a pool takes longer to open. Sessions opened within a tenth of the pool's age still belong
 * to its start.
 */
export function inOneGo(members: readonly SessionEvidence[]): boolean {
  const ages = agesOf(members, 'openedMs');
  const [first, last] = [Math.max(0, ...ages), Math.min(...ages)];
  return members.length >= FEWEST_IN_POOL && first - last <= first * ONE_GO;
}

/** Sessions that one pool opened when it was created, and how long ago it opened the last one. */
type PoolOpened = { readonly size: number; readonly lastMs: number };

/**
 * The pools of one host. The pauses between the openings of one pool are much shorter than the mean pause. A
 * pool whose sessions are replaced at random has few sessions with such short pauses.
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

/** For how many milliseconds half of them have been idle. */
export function typicalRest(members: readonly SessionEvidence[]): number {
  return medianOf(agesOf(members, 'sinceMs')) ?? 0;
}
