import type { Diagnosis } from './cause.ts';
import { culpritEvidence } from './culprit-evidence.ts';
import type { Evidence } from './evidence.ts';

/** When the trouble began, in milliseconds before the snapshot, and the sign by which it shows. */
export type Beginning = { readonly agoMs: number; readonly sign: keyof typeof BEGINNING_SIGNS };

/** The sign of a beginning, as a title. */
export const BEGINNING_SIGNS = {
  opened: 'first of these sessions opened',
  started: 'first of these statements started',
  transaction: 'first of these transactions began',
  refused: 'first client refused',
} as const;

/**
 * Since when, as far as the first culprit shows it, or else the log. `takenAt` is the moment of the snapshot by the
 * server's clock. Null when nothing shows it.
 */
export function beganIn(all: Evidence, { culprits }: Diagnosis, takenAt: number): Beginning | null {
  const [culprit] = culprits;
  const since = culprit === undefined ? null : culpritEvidence(all.snapshot, culprit).since;
  if (culprit === undefined || since === null) return firstRefusal(all);
  const isStatement = culprit.cause === 'slow-queries' || culprit.cause === 'clients-owe-input';
  const sign = culprit.opening !== null ? 'opened' : isStatement ? 'started' : 'transaction';
  return { agoMs: Math.max(0, takenAt - since), sign };
}

function firstRefusal({ refused: { spanMs, lastAgoMs } }: Evidence): Beginning | null {
  return lastAgoMs === null ? null : { agoMs: lastAgoMs + spanMs, sign: 'refused' };
}
