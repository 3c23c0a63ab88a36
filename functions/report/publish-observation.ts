import { renderObservation } from '../render/message/observation-text.ts';
import type { KnownRun } from './known-run.ts';
import { publishMessage } from './publish.ts';
import type { Dues } from './remember-run.ts';
import type { Report } from './report-context.ts';

/**
 * Tells once what a week of observing came to. @throws RemediationError `publish-failed`.
 */
export async function publishObservation(
  run: KnownRun,
  due: Dues['observed'],
  { delivery, ports }: Report,
): Promise<void> {
  if (due === null) return;
  const { runId, server, head } = run;
  const message = renderObservation({ runId, server, head }, delivery, due.observed);
  await publishMessage(message, due, { kind: 'observed', runId }, ports);
}
