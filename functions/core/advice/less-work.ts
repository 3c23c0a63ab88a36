import { isOfKind } from '../server/client-technology.ts';
import { isWaitingForReplication } from '../server/waiting-for-standby.ts';
import { type Advice, forDeveloper } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

/** For work that takes a slot as long as it lasts. */
export function lessWork({ culprits }: AdviceFacts): readonly Advice[] {
  const [culprit] = culprits;
  if (culprit !== undefined && isOfKind(culprit.technology, 'load test'))
    return [forDeveloper('pgbench is a load test. Stop it where it runs, or give it fewer clients (-c).')];
  // What the clients wait for is on another server.
  if (culprit !== undefined && isWaitingForReplication(culprit.sessions)) return [];
  const ofProgram = culprit === undefined ? '' : ` of ${culprit.name}`;
  return [
    forDeveloper(
      `Make the work${ofProgram} hold slots for a shorter time: use short transactions, split large jobs into batches, move work that nobody waits for into a queue.`,
    ),
  ];
}
