import type { SessionEvidence } from './evidence.ts';
import { byPool } from './pool-signs.ts';

/** Uses that end within this time of one another were given back by one piece of work. */
const ONE_MOMENT_MS = 50;
/** Opened one by one for so long, and so many times longer than their last uses took to end. */
const OPENED = { leastMs: 500, times: 20 } as const;
/** Fewer may end at one moment by chance. */
const FEWEST = 4;
const SHARE = 0.7;

/**
 * Whether sessions that were opened one after the other rest since one moment: one process held them all, as a pool does
 * that takes long to open. Leaked sessions rest since as many moments as there were requests.
 */
export function wereUsedAtOnce(members: readonly SessionEvidence[]): boolean {
  const together = byPool(members)
    .flatMap(byLastUse)
    .filter(isOnePool)
    .reduce((sum, { length }) => sum + length, 0);
  return together >= members.length * SHARE;
}

type Times = { readonly openedMs: number; readonly sinceMs: number };

/** The sessions of a host in groups whose last uses ended without a pause. */
function byLastUse(pool: readonly SessionEvidence[]): readonly (readonly Times[])[] {
  const times = pool.flatMap(({ openedMs, sinceMs }): readonly Times[] =>
    openedMs === null || sinceMs === null ? [] : [{ openedMs, sinceMs }],
  );
  const groups: Times[][] = [];
  for (const each of times.toSorted((a, b) => a.sinceMs - b.sinceMs)) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (group && before && each.sinceMs - before.sinceMs <= ONE_MOMENT_MS) group.push(each);
    else groups.push([each]);
  }
  return groups;
}

function isOnePool(group: readonly Times[]): boolean {
  const opened = spanOf(group.map(({ openedMs }) => openedMs));
  const used = spanOf(group.map(({ sinceMs }) => sinceMs));
  return group.length >= FEWEST && opened >= OPENED.leastMs && opened >= used * OPENED.times;
}

function spanOf(times: readonly number[]): number {
  return Math.max(...times) - Math.min(...times);
}
