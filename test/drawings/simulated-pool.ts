import type { Client } from './drawing.ts';
import type { Random } from './random.ts';

/** How a pool of one process behaves: everything that its documentation would say. */
export type PoolRules = {
  readonly size: number;
  readonly startedAt: number;
  /** Between one connection and the next while it fills. */
  readonly fillGapMs: number;
  /** After which a connection is replaced, less up to `jitter` of it, drawn for each connection; null for never. */
  readonly lifetimeMs: number | null;
  readonly jitter: number;
  /** Between two requests of the whole pool, on average; null where nobody asks. */
  readonly requestEveryMs: number | null;
  readonly requestMs: number;
  /** Which free connection is lent: the one given back longest ago, or last. */
  readonly lending: 'first' | 'last';
  /** What the driver leaves as the last statement of a connection that was not lent yet. */
  readonly prepared: string;
  /** How long preparing takes. */
  readonly preparingMs: number;
  readonly work: readonly string[];
  /** What the pool runs when a connection is given back; null for nothing. */
  readonly reset: string | null;
  /** How often a connection is asked whether it lives, with `prepared`; null for never. */
  readonly keepaliveMs: number | null;
};

type Slot = { openedAt: number; usedAt: number; statement: string; busyUntil: number; busySince: number };

/** Older generations are like these: their moments are mixed as far as the jitter mixes them. */
const MOST_GENERATIONS = 1_500;
/** For each connection: by then all of a busy pool have been lent. */
const MOST_REQUESTS = 40;

/** Runs one process's pool from its start to the snapshot, and tells what the server shows of it then. */
export function simulatePool(
  random: Random,
  who: Pick<Client, 'user' | 'application' | 'database' | 'address'>,
  rules: PoolRules,
): readonly Client[] {
  const slots = Array.from({ length: rules.size }, (_, at): Slot => {
    const openedAt = lastOpening(random, rules, rules.startedAt + at * rules.fillGapMs);
    const usedAt = openedAt + rules.preparingMs * random.between(0.7, 1.6);
    return { openedAt, usedAt, statement: rules.prepared, busyUntil: usedAt, busySince: usedAt };
  }).filter(({ openedAt }) => openedAt < 0);
  lend(random, rules, slots);
  return slots.map((slot) => ({ ...who, ...shown(random, rules, slot) }));
}

/** When the connection that stands in a place now was opened: each one replaces the one before. */
function lastOpening(random: Random, { lifetimeMs, jitter }: PoolRules, first: number): number {
  if (lifetimeMs === null) return first;
  let openedAt = Math.max(first, (first % lifetimeMs) - MOST_GENERATIONS * lifetimeMs);
  for (;;) {
    const next = openedAt + lifetimeMs * (1 - jitter * random.next()) + random.between(1, 40);
    if (next >= 0) return openedAt;
    openedAt = next;
  }
}

/** Requests come at random; each takes a free connection, and none when all are taken. */
function lend(random: Random, rules: PoolRules, slots: Slot[]): void {
  const { requestEveryMs, requestMs, lending, work, reset, startedAt } = rules;
  if (requestEveryMs === null) return;
  let at = Math.max(startedAt, -MOST_REQUESTS * slots.length * requestEveryMs);
  for (at += random.wait(requestEveryMs); at < 0; at += random.wait(requestEveryMs)) {
    const slot = lent(slots, at, lending);
    if (slot === undefined) continue;
    const until = at + random.wait(requestMs);
    slot.busySince = at;
    slot.busyUntil = until;
    // A connection that was not there yet at this moment stands for the one that it replaced.
    if (slot.openedAt > at) continue;
    slot.usedAt = until;
    slot.statement = until > 0 ? random.oneOf(work) : (reset ?? random.oneOf(work));
  }
}

/** The free connection whose turn it is; undefined where all are taken. */
function lent(slots: readonly Slot[], at: number, lending: PoolRules['lending']): Slot | undefined {
  let chosen: Slot | undefined;
  for (const slot of slots) {
    if (slot.busyUntil > at) continue;
    const isNext =
      chosen === undefined ||
      (lending === 'first' ? slot.usedAt < chosen.usedAt : slot.usedAt > chosen.usedAt);
    if (isNext) chosen = slot;
  }
  return chosen;
}

function shown(random: Random, { keepaliveMs, prepared }: PoolRules, slot: Slot) {
  const { openedAt, usedAt, statement, busyUntil, busySince } = slot;
  if (busyUntil > 0 && busySince >= openedAt)
    return { openedAt, state: 'active', since: busySince, statement, waitEvent: random.oneOf(WAITS) };
  const idle = { openedAt, state: 'idle', waitEvent: 'ClientRead' };
  const restedMs = -usedAt;
  if (keepaliveMs !== null && restedMs > keepaliveMs)
    return { ...idle, since: -(restedMs % keepaliveMs), statement: prepared };
  return { ...idle, since: Math.min(-1, usedAt), statement };
}

const WAITS = ['DataFileRead', 'WALSync', 'ClientWrite'];
