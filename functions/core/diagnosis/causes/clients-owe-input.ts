import { medianOf } from '../../base/median.ts';
import { ageText } from '../../base/words.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { agesOf, confidenceIn, doing, type Suspect, suspect } from '../suspect.ts';

/**
 * `clients-owe-input`: statements that wait for input which their client does not send. statement_timeout
 * does not end them.
 */
export function clientsOweInput(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const owing = doing(program, 'owing');
  if (owing.length * 2 < program.length) return null;
  const typical = medianOf(agesOf(owing, 'sinceMs')) ?? 0;
  return suspect(all, program, {
    cause: 'clients-owe-input',
    confidence: confidenceIn(owing.length, program.length),
    evidence: [
      `${owing.length} of ${program.length} are in a statement that waits for input from their client, half of them for over ${ageText(typical)}`,
    ],
  });
}
