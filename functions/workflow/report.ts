import { type Destination, serverOfFunction } from '../core/destination.ts';
import { coerceError, RemediationError } from '../core/errors.ts';
import type { Message } from '../core/message.ts';
import { OUTCOMES, type Outcome } from '../core/outcome.ts';
import { MODES, type Mode } from '../core/policy.ts';
import type { RunRecord } from '../core/record.ts';
import { isRefusal, parseTrigger, type Trigger } from '../core/trigger.ts';
import { renderFailure, renderUnreadable } from '../render/failure.ts';
import { renderIncident } from '../render/incident.ts';
import type { ReportPorts } from './ports.ts';
import { type RunResult, unpackRecord } from './run-result.ts';

type RecordDelivery = Extract<Destination, { readonly kind: 'record' }>;

/**
 * Tells people what came of a run, if it is worth telling.
 * @throws RemediationError `publish-failed`: Lambda then delivers again, so that a message is told at least once.
 */
export async function report(destination: Destination, ports: ReportPorts): Promise<void> {
  const { kind, functionName, requestId } = destination;
  const message = messageFor(destination, ports);
  if (message === null) {
    ports.log('not-told', { kind, server: serverOfFunction(functionName), requestId });
    return;
  }
  try {
    await ports.publish(message);
  } catch (thrown) {
    throw publishFailed(thrown);
  }
  ports.log('told', { kind, requestId, subject: message.subject, ...message.attributes });
}

function messageFor(destination: Destination, ports: ReportPorts): Message | null {
  switch (destination.kind) {
    case 'record':
      return messageForRecord(destination, ports);
    case 'failed-run':
      return renderFailure(destination, triggerOf(destination.payload));
    case 'expired':
      return null;
    default: {
      const never: never = destination;
      return never;
    }
  }
}

/** A record that cannot be read must not cost the message: somebody's server may be full. */
function messageForRecord({ payload, ...invocation }: RecordDelivery, ports: ReportPorts): Message | null {
  try {
    const record = unpackRecord(payload);
    return isWorthTelling(record) ? renderIncident(record, (payload as RunResult).reduced) : null;
  } catch (thrown) {
    const problem = coerceError(thrown).toProblem();
    ports.log('record-unreadable', { requestId: invocation.requestId, ...problem });
    return renderUnreadable(invocation, readableIn(payload), problem);
  }
}

/** What a run leaves readable beside its packed record. */
function readableIn(payload: unknown): {
  readonly server: string | null;
  readonly outcome: Outcome | null;
  readonly mode: Mode | null;
} {
  const { server, outcome, mode } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  return {
    server: typeof server === 'string' && server !== '' ? server : null,
    outcome: OUTCOMES.find((each) => each === outcome) ?? null,
    mode: MODES.find((each) => each === mode) ?? null,
  };
}

/** Nobody is woken for a run that found or did nothing; a refusal that no run looked into is told. */
export function isWorthTelling({ outcome, trigger }: Pick<RunRecord, 'outcome' | 'trigger'>): boolean {
  switch (outcome) {
    case 'busy':
      return isRefusal(trigger.kind);
    case 'healthy':
    case 'muted':
    case 'stale':
    case 'off':
      return false;
    case 'reaped':
    case 'recovered':
    case 'partial':
    case 'refilled':
    case 'no-candidates':
    case 'unexplained':
    case 'paused':
    case 'blind':
    case 'cannot-connect':
    case 'unverified':
    case 'failed':
      return true;
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

/** The event of a failed run may be the very thing that it failed on. */
function triggerOf(event: unknown): Trigger | null {
  try {
    return parseTrigger(event);
  } catch {
    return null;
  }
}

function publishFailed(cause: unknown): RemediationError {
  const name = cause instanceof Error ? cause.name : 'error';
  const message = `The message was not published (${name}: ${coerceError(cause).message}): check that the topic exists and that this function's role may publish to it and use its key. Lambda tries again.`;
  return new RemediationError('publish-failed', message, { cause });
}
