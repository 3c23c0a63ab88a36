import type { Cause, Diagnosis } from './cause.ts';
import type { Doing, Evidence, SessionEvidence } from './evidence.ts';
import { agesOf, doing } from './suspect.ts';

/** When the trouble began, in milliseconds before the snapshot, and the sign by which it shows. */
export type Beginning = { readonly agoMs: number; readonly sign: keyof typeof BEGINNING_SIGNS };

/** The sign of a beginning, as a title. */
export const BEGINNING_SIGNS = {
  opened: 'first of these sessions opened',
  started: 'first of these statements started',
  left: 'first of these transactions left open',
  waited: 'first session began to wait',
  refused: 'first client refused',
} as const;

/** What the blamed sessions do in causes that show by a state, and the sign of it. */
const SHOWN_BY: Partial<Readonly<Record<Cause, readonly [Doing, Beginning['sign']]>>> = {
  'slow-queries': ['working', 'started'],
  'clients-owe-input': ['owing', 'started'],
  'idle-in-transaction': ['in transaction', 'left'],
  'lock-pile-up': ['waiting', 'waited'],
};

/**
 * Since when, as far as the snapshot and the log show. `blamed` are the sessions of the programs that are to
 * blame. Null when nothing shows it.
 */
export function beganIn(
  all: Evidence,
  { cause, culprits }: Diagnosis,
  blamed: readonly SessionEvidence[],
): Beginning | null {
  const [state, sign] = SHOWN_BY[cause] ?? [];
  if (state !== undefined && sign !== undefined)
    return oldest(agesOf(doing(cause === 'lock-pile-up' ? all.holders : blamed, state), 'sinceMs'), sign);
  if (cause !== 'connection-leak') return firstRefusal(all);
  const spanMs = culprits[0]?.opening?.spanMs;
  const ages = agesOf(blamed, 'openedMs');
  // Older sessions of the program are no part of the leak.
  return spanMs === undefined || ages.length === 0
    ? oldest(ages, 'opened')
    : { agoMs: Math.min(...ages) + spanMs, sign: 'opened' };
}

function oldest(ages: readonly number[], sign: Beginning['sign']): Beginning | null {
  return ages.length === 0 ? null : { agoMs: ages.reduce((most, age) => Math.max(most, age), 0), sign };
}

function firstRefusal({ refused: { lines, lastAgoMs } }: Evidence): Beginning | null {
  if (lastAgoMs === null) return null;
  const times = lines.flatMap(({ first, last }) => [Date.parse(first), Date.parse(last)]);
  return { agoMs: lastAgoMs + Math.max(...times) - Math.min(...times), sign: 'refused' };
}
