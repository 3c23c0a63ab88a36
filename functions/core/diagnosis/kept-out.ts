import type { RunRecord } from '../run/record.ts';
import type { Diagnosis } from './cause.ts';
import { mayBeKeptOut } from './causes/half-open.ts';
import { evidenceOf } from './evidence.ts';

/** Whether a cause is not clear because half-open clients and a storm of short requests leave the same picture. */
export function isPerhapsKeptOut({ snapshot, ...record }: RunRecord, diagnosis: Diagnosis | null): boolean {
  if (snapshot === null || diagnosis?.cause !== 'unclear') return false;
  return mayBeKeptOut(evidenceOf({ ...record, snapshot }, snapshot));
}
