import { summaryWithoutRecord } from '../core/incident/run-summary.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import { type Destination, serverOfFunction } from '../events/parse-destination.ts';
import { parseEvent } from '../events/parse-event.ts';
import { renderFailure } from '../render/message/failure.ts';
import { logNotPublished, publishMessage } from './publish.ts';
import { rememberRun } from './remember-run.ts';
import type { ReportPorts } from './report-ports.ts';
import { reportRecord } from './report-record.ts';
import { expiredEvent, failedRun } from './run-metrics.ts';

/**
 * Tells people the result of a run, if it is news for its incident. The steps: store the record, write
 * memory, publish, mark, and last the page. @throws RemediationError `publish-failed`. Lambda then delivers
 * again, so that every topic gets the message at least once.
 */
export async function report(destination: Destination, ports: ReportPorts): Promise<void> {
  switch (destination.kind) {
    case 'record':
      return reportRecord(destination, ports);
    case 'failed-run':
      return reportFailure(destination, ports);
    case 'expired':
      ports.count(expiredEvent(destination));
      return logNotPublished(destination, ports);
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
  const { run } = await rememberRun({ server, summary, isReportable: true, checks: null }, ports);
  if (run === null) return logNotPublished(destination, ports);
  await publishMessage(
    renderFailure(destination, triggerOf(payload), run.story),
    run,
    { kind, requestId },
    ports,
  );
}

/** The run may have failed because of this very event. */
function triggerOf(event: unknown): Trigger | null {
  try {
    return parseEvent(event);
  } catch {
    return null;
  }
}
