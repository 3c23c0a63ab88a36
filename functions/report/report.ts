import { summaryWithoutRecord } from '../core/incident/run-summary.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import { type Destination, serverOf } from '../events/parse-destination.ts';
import { parseEvent } from '../events/parse-event.ts';
import { renderFailure } from '../render/message/failure.ts';
import { renderTestMessage } from '../render/message/test-message.ts';
import { addToIndexes } from './add-to-indexes.ts';
import { attemptsOf } from './count-attempts.ts';
import { logNotPublished, publishMessage, topicsOf } from './publish.ts';
import { type Dues, rememberRun } from './remember-run.ts';
import type { ReportPorts } from './report-ports.ts';
import { reportRecord } from './report-record.ts';
import { expiredEvent, failedRun } from './run-metrics.ts';

/**
 * Tells people the result of a run, if it is news for its incident. It stores the record and writes memory at the same
 * time. Then it publishes and marks. Page and indexes come last. @throws RemediationError `publish-failed`. Lambda then
 * delivers again, so that every topic gets the message at least once.
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
    case 'test-message':
      return sendTestMessage(destination, ports);
    default: {
      const never: never = destination;
      return never;
    }
  }
}

/** Nothing is remembered of it. An error goes back to the person who asks. */
async function sendTestMessage(
  { kind, by }: Extract<Destination, { readonly kind: 'test-message' }>,
  ports: ReportPorts,
): Promise<void> {
  const at = new Date(ports.now()).toISOString();
  const identity = { id: `test-${at}`, kind: 'test', incident: null } as const;
  const due = { identity, topics: topicsOf(ports), mark: async () => {} };
  await publishMessage(renderTestMessage(by, at), due, { kind }, ports);
}

async function reportFailure(
  destination: Extract<Destination, { readonly kind: 'failed-run' }>,
  ports: ReportPorts,
): Promise<void> {
  ports.count(failedRun(destination));
  const { requestId } = destination;
  const begunAt = ports.now();
  const summary = summaryWithoutRecord(requestId, null, begunAt);
  const server = serverOf(destination);
  const key = destination.database?.key ?? server;
  const { run, place } = await rememberRun({ server: key, summary, isReportable: true, checks: null }, ports);
  try {
    await tellFailure(destination, run, ports);
  } finally {
    const known = { runId: requestId, server, key, mode: null, outcome: null, head: null };
    const found = { run: known, summary, place, hasPage: false };
    await addToIndexes(found, begunAt, attemptsOf({ requestId }, ports), ports);
  }
}

async function tellFailure(
  destination: Extract<Destination, { readonly kind: 'failed-run' }>,
  due: Dues['run'],
  ports: ReportPorts,
): Promise<void> {
  const { kind, requestId, payload } = destination;
  if (due === null) return logNotPublished(destination, ports);
  await publishMessage(
    renderFailure(destination, triggerOf(payload), due.story),
    due,
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
