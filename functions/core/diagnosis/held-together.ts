import type { SessionEvidence } from './evidence.ts';
import { byPool } from './pool-signs.ts';

/** Fewer may be in use at one moment by chance. */
const FEWEST = 4;
/** A host has few pools. A program that makes more of them, and closes none, leaks. */
const MOST_POOLS = 3;
const SHARE = 0.7;

type Times = { readonly openedMs: number; readonly sinceMs: number };

/**
 * Whether a process held its sessions together: none of a pool's sessions came to rest before the last one of them was
 * opened, and all rested before the next pool was opened. A pool that takes long to open shows this; leaked sessions come
 * to rest one by one, while others are being opened.
 */
export function wereHeldTogether(members: readonly SessionEvidence[]): boolean {
  const together = byPool(members)
    .map(poolsOf)
    .filter(({ length }) => length <= MOST_POOLS)
    .flatMap((pools) => pools.filter((pool, at) => pool.length >= FEWEST && isApart(pool, pools[at + 1])))
    .reduce((sum, { length }) => sum + length, 0);
  return together >= members.length * SHARE;
}

/** Sessions of a host in the order of opening. A new part begins with the first one that was opened while another rested. */
function poolsOf(host: readonly SessionEvidence[]): readonly (readonly Times[])[] {
  const times = host.flatMap(({ openedMs, sinceMs }): readonly Times[] =>
    openedMs === null || sinceMs === null ? [] : [{ openedMs, sinceMs }],
  );
  const pools: Times[][] = [];
  let firstRestMs = Number.NEGATIVE_INFINITY;
  for (const each of times.toSorted((a, b) => b.openedMs - a.openedMs)) {
    const pool = pools.at(-1);
    const isSame = pool !== undefined && each.openedMs > firstRestMs;
    if (isSame) pool.push(each);
    else pools.push([each]);
    firstRestMs = isSame ? Math.max(firstRestMs, each.sinceMs) : each.sinceMs;
  }
  return pools;
}

function isApart(pool: readonly Times[], next: readonly Times[] | undefined): boolean {
  const lastRestMs = Math.min(...pool.map(({ sinceMs }) => sinceMs));
  return next === undefined || Math.max(...next.map(({ openedMs }) => openedMs)) <= lastRestMs;
}
