import { isReportable } from '../core/incident/is-reportable.ts';
import { summaryOfHead, summaryWithoutRecord } from '../core/incident/run-summary.ts';
import { MODES, type Mode } from '../core/policy/mode.ts';
import { parseHead } from '../core/run/codec/parse-head.ts';
import type { KeptRun } from '../core/run/kept-record.ts';
import { OUTCOMES, type Outcome } from '../core/run/outcome.ts';
import type { RunHead } from '../core/run/run-head.ts';
import { type Invocation, serverOf } from '../events/parse-destination.ts';
import type { ReportedRun } from './remember-run.ts';
import type { ReadRun } from './report-steps.ts';

/** What is known about a run without its record. Unknown facts are null. */
export type KnownRun = {
  readonly runId: string;
  readonly server: string | null;
  /** Under which key it is remembered and kept: in a fleet that of its database, else the server's name. */
  readonly key: string | null;
  readonly mode: Mode | null;
  readonly outcome: Outcome | null;
  readonly head: RunHead | null;
};

/** A run of which enough is known for a short message. */
export type DescribedRun = KnownRun & {
  readonly mode: Mode;
  readonly outcome: Outcome;
  readonly head: RunHead;
};

export function isDescribed(run: KnownRun): run is DescribedRun {
  return run.mode !== null && run.outcome !== null && run.head !== null;
}

/**
 * What can be read beside the packed record. Older versions of `remediate` have the head in the record only.
 */
export function knownIn(payload: unknown, invocation: Invocation, fromRecord: RunHead | null): KnownRun {
  const fields = (payload ?? {}) as Readonly<Record<string, unknown>>;
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  const server = text(fields.server) ?? serverOf(invocation);
  return {
    runId: text(fields.runId) ?? invocation.requestId,
    server,
    key: invocation.database?.key ?? server,
    mode: MODES.find((each) => each === fields.mode) ?? null,
    outcome: OUTCOMES.find((each) => each === fields.outcome) ?? null,
    head: parseHead(fields.head) ?? fromRecord,
  };
}

/**
 * The run as its incident sees it, with its misconfigurations. A run that cannot be read counts as failed.
 */
export function reportedRun(
  run: KnownRun,
  cause: Cause | null,
  read: ReadRun | null,
  now: number,
): ReportedRun {
  const { key: server, runId, mode } = run;
  const checks = read?.misconfigurations?.map(({ check }) => check) ?? null;
  const rest = { server, checks: checks === null ? null : [...new Set(checks)] };
  if (!isDescribed(run))
    return { ...rest, summary: summaryWithoutRecord(runId, mode, now), isReportable: true };
  const { outcome, head } = run;
  return {
    ...rest,
    summary: { ...summaryOfHead(run, head), ...cause },
    hasKeptBefore: head.keptBefore !== undefined,
    isReportable: isReportable({ outcome, trigger: { kind: head.trigger }, lock: head.lock ?? null }),
  };
}

type Cause = Pick<ReportedRun['summary'], 'cause' | 'culprit'>;

/** Where the record is stored. When the start of the run is not known, the day of the report counts. */
export function placeOfRun({ key, runId, head }: KnownRun, now: number): KeptRun {
  const startedAt = head?.startedAt ?? new Date(now).toISOString();
  return { server: key ?? 'unknown', startedAt, runId };
}
