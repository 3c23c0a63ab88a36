import { medianOf } from '../../base/median.ts';
import { ageText } from '../../base/words.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { agesOf, confidenceIn, doing, lastingFor, type Suspect, suspect } from '../suspect.ts';

/** In a transaction that works, the pause between two statements is shorter. */
const LEFT_MS = 10_000;

/** `idle-in-transaction`: most sessions of a program have begun a transaction and left it open. */
export function idleInTransaction(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const open = doing(program, 'in transaction');
  const left = lastingFor(open, LEFT_MS);
  if (left.length * 2 < program.length) return null;
  const aborted = left.filter(({ session }) => session.state === 'idle in transaction (aborted)').length;
  const typical = medianOf(agesOf(left, 'sinceMs')) ?? 0;
  return suspect(all, program, {
    cause: 'idle-in-transaction',
    confidence: confidenceIn(left.length, program.length),
    evidence: [
      `${left.length} of ${program.length} have an open transaction and run no statement, half of them for over ${ageText(typical)}`,
      ...(aborted > 0 ? [`${aborted} of these transactions failed and only wait for ROLLBACK`] : []),
    ],
  });
}
