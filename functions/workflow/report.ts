import { type Destination, type Invocation, serverOfFunction } from '../core/destination.ts';
import { coerceError } from '../core/errors.ts';
import type { Story } from '../core/incident.ts';
import type { Message } from '../core/message.ts';
import { OUTCOMES, type Outcome } from '../core/outcome.ts';
import { MODES, type Mode } from '../core/policy.ts';
import type { Reduction, RunRecord } from '../core/record.ts';
import { expiredEvent, failedRun } from '../core/run-metrics.ts';
import { summaryOf, summaryWithoutRecord } from '../core/run-summary.ts';
import type { Trigger } from '../core/trigger.ts';
import { isWorthTelling } from '../core/worth-telling.ts';
import { renderFailure, renderUnreadable } from '../render/failure.ts';
import { renderIncident } from '../render/incident.ts';
import { renderOver } from '../render/over.ts';
import { countRun } from './count-run.ts';
import { keepRecord } from './keep-record.ts';
import { parseEvent } from './parse-event.ts';
import type { ReportPorts } from './ports.ts';
import { type Dues, type ReportedRun, rememberRun } from './remember-run.ts';
import { type RunResult, unpackRecord } from './run-result.ts';
import { tell } from './tell.ts';
import { tellMisconfigurations } from './tell-misconfigurations.ts';

type RecordDelivery = Extract<Destination, { readonly kind: 'record' }>;

/**
 * Tells people what came of a run, as far as it is news of their incident: first its record is kept, then what is to be
 * told is remembered, then it is published, then marked.
 * @throws RemediationError `publish-failed`: Lambda then delivers again, so that every topic is told at least once.
 */
export async function report(destination: Destination, ports: ReportPorts): Promise<void> {
  const { kind, functionName, requestId } = destination;
  const { message, dues, record } = await readDelivery(destination, ports);
  if (message === null || dues.run === null)
    ports.log('not-told', { kind, server: serverOfFunction(functionName), requestId });
  else await tell(message, dues.run, { kind, requestId }, ports);
  if (record !== null) await tellMisconfigurations(record, dues.checks, ports);
}

/** What came of a run: the message, unless there is nothing to tell, and the record, if it has one that can be read. */
type Delivered = {
  readonly message: Message | null;
  readonly dues: Dues;
  readonly record: RunRecord | null;
};

const NOTHING_DUE: Dues = { run: null, checks: null };

async function readDelivery(destination: Destination, ports: ReportPorts): Promise<Delivered> {
  switch (destination.kind) {
    case 'record':
      return readRecord(destination, ports);
    case 'failed-run': {
      ports.count(failedRun(destination));
      const run = withoutRecord(destination, serverOfFunction(destination.functionName), null, ports);
      const trigger = triggerOf(destination.payload);
      return remembered(run, (story) => renderFailure(destination, trigger, story), ports);
    }
    case 'expired':
      ports.count(expiredEvent(destination));
      return { message: null, dues: NOTHING_DUE, record: null };
    default: {
      const never: never = destination;
      return never;
    }
  }
}

async function remembered(
  run: ReportedRun,
  render: (story: Story | null) => Message,
  ports: ReportPorts,
  record: RunRecord | null = null,
): Promise<Delivered> {
  const dues = await rememberRun(run, ports);
  return { message: dues.run === null ? null : render(dues.run.story), dues, record };
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
    const run = reportedRun(record);
    return await remembered(run, (story) => renderRecord(record, reduced, recordUrl, story), ports, record);
  } catch (thrown) {
    const problem = coerceError(thrown).toProblem();
    ports.log('record-unreadable', { requestId: invocation.requestId, ...problem });
    ports.count(failedRun(invocation));
    const found = readableIn(payload);
    const server = found.server ?? serverOfFunction(invocation.functionName);
    const run = withoutRecord(invocation, server, found.mode, ports);
    return remembered(run, (story) => renderUnreadable(invocation, found, problem, story), ports);
  }
}

function reportedRun(record: RunRecord): ReportedRun {
  const checks = record.misconfigurations?.map(({ check }) => check) ?? null;
  return {
    server: record.server,
    summary: summaryOf(record),
    worthTelling: isWorthTelling(record),
    checks: checks === null ? null : [...new Set(checks)],
  };
}

function withoutRecord(
  { requestId }: Invocation,
  server: string | null,
  mode: Mode | null,
  { now }: ReportPorts,
): ReportedRun {
  return { server, summary: summaryWithoutRecord(requestId, mode, now()), worthTelling: true, checks: null };
}

/** A run that found the server well is told only because its incident is over, unless it ended sessions itself. */
function renderRecord(
  record: RunRecord,
  reduced: readonly Reduction[],
  recordUrl: string | null,
  story: Story | null,
): Message {
  if (story?.kind === 'over' && record.outcome !== 'reaped') return renderOver(record, story);
  return renderIncident(record, reduced, recordUrl, story);
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

/** The event of a failed run may be the very thing that it failed on. */
function triggerOf(event: unknown): Trigger | null {
  try {
    return parseEvent(event);
  } catch {
    return null;
  }
}
