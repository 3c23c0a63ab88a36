import { gzipSync } from 'node:zlib';
import { RemediationError } from '../core/base/errors.ts';
import { type Explained, withDiagnosis, withoutDiagnosis } from '../core/diagnosis/explain.ts';
import { whoGrows } from '../core/diagnosis/who-grows.ts';
import type { Misconfiguration } from '../core/doctor/misconfigurations.ts';
import type { RunSummary, Story } from '../core/incident/incident.ts';
import { isWorthKeeping } from '../core/incident/is-reportable.ts';
import type { EarlyWarning } from '../core/incident/note-warning.ts';
import { causeIn } from '../core/incident/run-summary.ts';
import type { RunResult } from '../core/run/codec/run-result.ts';
import { unpackRecord } from '../core/run/codec/unpack-record.ts';
import type { RunRecord } from '../core/run/record.ts';
import { headOf, type RunHead } from '../core/run/run-head.ts';
import type { Invocation } from '../events/parse-destination.ts';
import type { Message } from '../render/base/message.ts';
import type { Additions } from '../render/message/additions.ts';
import { renderEarlyWarning } from '../render/message/early-warning.ts';
import { renderMisconfigurations } from '../render/message/misconfigured.ts';
import { renderOver } from '../render/message/over.ts';
import { renderExplained } from '../render/message/render-incident.ts';
import type { PagePlace, Told } from '../render/page/page-facts.ts';
import { drawPage } from './draw-page.ts';
import { metricsOf, type ServerMetric } from './run-metrics.ts';

/** The facts about a run that `report` itself needs: its numbers, without its sessions. */
export type ReadRun = Pick<RunRecord, 'recall'> & {
  readonly head: RunHead;
  readonly metrics: readonly ServerMetric[];
  readonly misconfigurations: readonly Pick<Misconfiguration, 'check' | 'found'>[] | null;
  /** The record as it is stored, in gzipped JSON. Null for runs without news, and where nothing is stored. */
  readonly kept: Uint8Array<ArrayBuffer> | null;
};

/**
 * The parts of a report that work on the whole record, in the order in which they are called. Each of them
 * may throw. In the function they run in a thread, which is ended when it takes too long. `report` then goes
 * on without them.
 */
export type ReportSteps = {
  /** With the record as it is stored only where it is. @throws RemediationError `record-invalid`. */
  readonly readRecord: (isStored: boolean) => Promise<ReadRun>;
  readonly explain: () => Promise<Pick<RunSummary, 'cause' | 'culprit'>>;
  readonly writeMessage: (
    story: Story | null,
    recordUrl: string | null,
    additions: Additions,
  ) => Promise<Message>;
  /** Writes about those of the record's misconfigurations that are news. */
  readonly writeMisconfigurations: (checks: readonly string[]) => Promise<Message>;
  /** Writes an early warning, with who grows where the run saw the sessions. */
  readonly writeWarning: (warning: EarlyWarning, invocation: Invocation) => Promise<Message>;
  readonly drawPage: (place: PagePlace | null, told: Told) => Promise<string>;
};

/** The steps for one result of `remediate`. Later steps use the results of earlier ones. */
export function reportSteps(result: unknown): ReportSteps {
  let explained: Explained | null = null;
  const known = (): Explained => {
    if (explained === null) throw new RemediationError('record-invalid', 'The record was not read.');
    return explained;
  };
  return {
    readRecord: async (isStored) => {
      // Which server it was is known from the function that ran; report.ts has written that beside the packed record.
      const { server } = result as RunResult;
      const record = { ...unpackRecord(result), ...(typeof server === 'string' && { server }) };
      explained = withoutDiagnosis(record, (result as RunResult).reduced);
      return readRun(explained, isStored);
    },
    explain: async () => {
      explained = withDiagnosis(known());
      return causeIn(explained.diagnosis);
    },
    writeMessage: async (story, recordUrl, additions) => messageOf(known(), story, recordUrl, additions),
    writeMisconfigurations: async (checks) => {
      const { record } = known();
      const news = (record.misconfigurations ?? []).filter(({ check }) => checks.includes(check));
      return renderMisconfigurations(record, news);
    },
    writeWarning: async (warning, invocation) => {
      const { record } = known();
      return renderEarlyWarning(headOf(record), record, invocation, warning, whoGrows(record));
    },
    drawPage: async (place, told) => drawPage(known(), place, told),
  };
}

function readRun({ record, reduced }: Explained, isStored: boolean): ReadRun {
  const { recall, misconfigurations } = record;
  return {
    recall,
    head: headOf(record),
    metrics: metricsOf(record),
    misconfigurations: misconfigurations?.map(({ check, found }) => ({ check, found })) ?? null,
    kept: isStored && isWorthKeeping(record) ? gzipSync(JSON.stringify({ ...record, reduced })) : null,
  };
}

/**
 * A run that found no pressure is reported only because its incident is over, unless it ended sessions
 * itself.
 */
function messageOf(
  explained: Explained,
  story: Story | null,
  recordUrl: string | null,
  additions: Additions,
): Message {
  const { record } = explained;
  if (story?.kind === 'over' && record.outcome !== 'reaped') return renderOver(record, story);
  return renderExplained(explained, recordUrl, story, additions);
}
