import { medianOf } from '../../base/median.ts';
import { ageText } from '../../base/words.ts';
import { type Evidence, OWING_MS, type SessionEvidence } from '../evidence.ts';
import { agesOf, confidenceIn, doing, lastingFor, type Suspect, suspect } from '../suspect.ts';

/** Of clients that load data some are waited for at any moment. Where more than this share is not, they send. */
const SENDING = 0.1;

/**
 * `clients-owe-input`: statements that wait for input which their client does not send. statement_timeout
 * does not end them.
 */
export function clientsOweInput(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const owing = doing(program, 'owing');
  const isUntold = ({ session }: SessionEvidence) => session.lastStatement === null;
  if (owing.length * 2 < program.length || isSending(program, isUntold)) return null;
  const typical = medianOf(agesOf(owing, 'sinceMs')) ?? 0;
  return suspect(all, program, {
    cause: 'clients-owe-input',
    confidence: confidenceIn(owing.length, program.length),
    evidence: [
      `${owing.length} of ${program.length} are in a statement that waits for input from their client, half of them for over ${ageText(typical)}`,
    ],
  });
}

/**
 * Whether clients of a program load data: the server works on some of their copies at this moment. `mayCopy` tells of which
 * other statements that may be true.
 */
export function isSending(
  program: readonly SessionEvidence[],
  mayCopy: (member: SessionEvidence) => boolean = () => false,
): boolean {
  const running = lastingFor(doing(program, 'working'), OWING_MS);
  const sending = running.filter((member) => isCopy(member) || mayCopy(member)).length;
  return sending > (doing(program, 'owing').length + sending) * SENDING;
}

function isCopy({ session: { lastStatement } }: SessionEvidence): boolean {
  return /^COPY\b.*\bFROM STDIN\b/is.test(lastStatement ?? '');
}
