import { type Destination, serverOfFunction } from '../core/destination.ts';
import { coerceError } from '../core/errors.ts';
import type { Message } from '../core/message.ts';
import { OUTCOMES, type Outcome } from '../core/outcome.ts';
import { MODES, type Mode } from '../core/policy.ts';
import type { RunRecord } from '../core/record.ts';
import { expiredEvent, failedRun } from '../core/run-metrics.ts';
import { isRefusal, type Trigger } from '../core/trigger.ts';
import { renderFailure, renderUnreadable } from '../render/failure.ts';
import { renderIncident } from '../render/incident.ts';
import { countRun } from './count-run.ts';
import { keepRecord } from './keep-record.ts';
import { parseEvent } from './parse-event.ts';
import type { ReportPorts } from './ports.ts';
import { type RunResult, unpackRecord } from './run-result.ts';
import { tell } from './tell.ts';
import { tellMisconfigurations } from './tell-misconfigurations.ts';

type RecordDelivery = Extract<Destination, { readonly kind: 'record' }>;

/**
 * Tells people what came of a run, if it is worth telling.
 * @throws RemediationError `publish-failed`: Lambda then delivers again, so that a message is told at least once.
 */
export async function report(destination: Destination, ports: ReportPorts): Promise<void> {
  const { kind, functionName, requestId } = destination;
  const { message, record } = await readDelivery(destination, ports);
  if (message === null) ports.log('not-told', { kind, server: serverOfFunction(functionName), requestId });
  else await tell(message, { kind, requestId }, ports);
  if (record !== null) await tellMisconfigurations(record, ports);
}

/** What came of a run: the message, unless there is nothing to tell, and the record, if it has one that can be read. */
type Delivered = { readonly message: Message | null; readonly record: RunRecord | null };

async function readDelivery(destination: Destination, ports: ReportPorts): Promise<Delivered> {
  switch (destination.kind) {
    case 'record':
      return readRecord(destination, ports);
    case 'failed-run':
      ports.count(failedRun(destination));
      return { message: renderFailure(destination, triggerOf(destination.payload)), record: null };
    case 'expired':
      ports.count(expiredEvent(destination));
      return { message: null, record: null };
    default: {
      const never: never = destination;
      return never;
    }
  }
}

/** A record that cannot be read must not cost the message: somebody's server may be full. */
async function readRecord(
  { payload, ...invocation }: RecordDelivery,
  ports: ReportPorts,
): Promise<Delivered> {
  try {
    const record = unpackRecord(payload);
    // Both functions are deployed one after the other: a record of before the choice has the default.
    const { reduced, metrics = 'few' } = payload as Omit<RunResult, 'metrics'> & Partial<RunResult>;
    countRun(record, metrics, ports);
    const recordUrl = await keepRecord(record, reduced, ports);
    const message = isWorthTelling(record) ? renderIncident(record, reduced, recordUrl) : null;
    return { message, record };
  } catch (thrown) {
    const problem = coerceError(thrown).toProblem();
    ports.log('record-unreadable', { requestId: invocation.requestId, ...problem });
    ports.count(failedRun(invocation));
    return { message: renderUnreadable(invocation, readableIn(payload), problem), record: null };
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
    return parseEvent(event);
  } catch {
    return null;
  }
}
