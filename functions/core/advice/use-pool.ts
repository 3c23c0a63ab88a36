import { type Advice, forDeveloper } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

/** Clients that connect for each request all reconnect at once after a refusal. */
export function useAPool({ culprits }: AdviceFacts): readonly Advice[] {
  const [culprit] = culprits;
  if (culprit === undefined || culprit.technology?.technology === 'jdbc') return [];
  return [
    forDeveloper(
      `If ${culprit.name} opens a connection for each request, give each process a small pool that keeps its connections open, or run PgBouncer on its host.`,
    ),
  ];
}
