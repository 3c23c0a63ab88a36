import { medianOf } from '../../base/median.ts';
import { ageText } from '../../base/words.ts';
import type { Clue, Clues } from '../evidence.ts';
import { agesOf, confidenceIn, doing, lasting, type Suspect, suspect } from '../suspect.ts';

/** Between two statements of a transaction that is at work lies less. */
const LEFT_MS = 10_000;

/** `idle-in-transaction`: most of a program's sessions have begun a transaction and left it. */
export function leftTransactions(all: Clues, kin: readonly Clue[]): Suspect | null {
  const open = doing(kin, 'in transaction');
  const left = lasting(open, LEFT_MS);
  if (left.length * 2 < kin.length) return null;
  const aborted = left.filter(({ session }) => session.state === 'idle in transaction (aborted)').length;
  const typical = medianOf(agesOf(left, 'sinceMs')) ?? 0;
  return suspect(all, kin, {
    cause: 'idle-in-transaction',
    confidence: confidenceIn(left.length, kin.length),
    evidence: [
      `${left.length} of ${kin.length} have an open transaction and run no statement, half of them for over ${ageText(typical)}`,
      ...(aborted > 0 ? [`${aborted} of these transactions failed and only wait for ROLLBACK`] : []),
    ],
  });
}
