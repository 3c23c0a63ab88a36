import { type Advice, forDeveloper } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

/** Work that takes a slot for as long as it lasts. */
export function lessWork({ suspects }: AdviceFacts): readonly Advice[] {
  const [suspect] = suspects;
  if (suspect?.technology?.technology === 'pgbench')
    return [forDeveloper('pgbench is a load test: end it where it runs, or give it fewer clients (-c).')];
  const whose = suspect === undefined ? '' : ` of ${suspect.name}`;
  return [
    forDeveloper(
      `Let the work${whose} hold a slot for less: short transactions, large jobs in batches, what nobody waits for in a queue.`,
    ),
  ];
}
