import { type Advice, forDeveloper } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

/** Clients that connect for each request come all at once when they are refused. */
export function useAPool({ suspects }: AdviceFacts): readonly Advice[] {
  const [suspect] = suspects;
  if (suspect === undefined || suspect.technology?.technology === 'jdbc') return [];
  return [
    forDeveloper(
      `If ${suspect.name} opens a connection for each request, give each process a small pool that keeps its connections open, or run PgBouncer on its host.`,
    ),
  ];
}
