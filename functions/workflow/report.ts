import { type Destination, serverOfFunction } from '../core/destination.ts';
import { expiredEvent, failedRun } from '../core/run-metrics.ts';
import { summaryWithoutRecord } from '../core/run-summary.ts';
import type { Trigger } from '../core/trigger.ts';
import { renderFailure } from '../render/failure.ts';
import { parseEvent } from './parse-event.ts';
import type { ReportPorts } from './ports.ts';
import { rememberRun } from './remember-run.ts';
import { reportRecord } from './report-record.ts';
import { logNotTold, tell } from './tell.ts';

/**
 * Tells people what came of a run, as far as it is news of their incident: first its record is kept, then what is to be
 * told is remembered, then it is published, then marked; the page comes last.
 * @throws RemediationError `publish-failed`: Lambda then delivers again, so that every topic is told at least once.
 */
export async function report(destination: Destination, ports: ReportPorts): Promise<void> {
  switch (destination.kind) {
    case 'record':
      return reportRecord(destination, ports);
    case 'failed-run':
      return reportFailure(destination, ports);
    case 'expired':
      ports.count(expiredEvent(destination));
      return logNotTold(destination, ports);
    default: {
      const never: never = destination;
      return never;
    }
  }
}

async function reportFailure(
  destination: Extract<Destination, { readonly kind: 'failed-run' }>,
  ports: ReportPorts,
): Promise<void> {
  ports.count(failedRun(destination));
  const { kind, functionName, requestId, payload } = destination;
  const summary = summaryWithoutRecord(requestId, null, ports.now());
  const server = serverOfFunction(functionName);
  const { run } = await rememberRun({ server, summary, worthTelling: true, checks: null }, ports);
  if (run === null) return logNotTold(destination, ports);
  await tell(renderFailure(destination, triggerOf(payload), run.story), run, { kind, requestId }, ports);
}

/** The event of a failed run may be the very thing that it failed on. */
function triggerOf(event: unknown): Trigger | null {
  try {
    return parseEvent(event);
  } catch {
    return null;
  }
}
