import { coerceError, RemediationError } from '../core/errors.ts';
import { OUTCOMES, type Outcome } from '../core/outcome.ts';
import { type PackedRecord, packRecord as pack, unpackRecord as unpack } from '../core/packing.ts';
import type { Mode } from '../core/policy.ts';
import type { Reduction, RunRecord } from '../core/record.ts';
import { headOf, type RunHead } from '../core/run-head.ts';
import type { MetricsChoice } from '../core/run-metrics.ts';
import { INSUFFICIENT_PRIVILEGE, identityOf, type Session } from '../core/session.ts';
import { unpackJson } from './unpack-json.ts';

/** What `remediate` returns: readable where people look at raw events, and the whole record packed. */
export type RunResult = {
  readonly pgHeadroom: 1;
  readonly runId: string;
  readonly server: string;
  readonly mode: Mode;
  readonly outcome: Outcome;
  /** Which metrics its server's runs are worth. */
  readonly metrics: MetricsChoice;
  /** What had to be left out of the record to keep it within its size, in the order in which it went. */
  readonly reduced: readonly Reduction[];
  /** What is told where the record cannot be read or explained; results of older versions have none. */
  readonly head: RunHead;
  /** Base64 of gzip of the packed record as JSON. */
  readonly packed: string;
};

/**
 * The destination's envelope fails above 1 MB and echoes the event, which for log lines is large itself; and the record
 * is kept and read for long. Measured at 5,000 sessions, see `docs/decisions.md`.
 */
export const MAX_RECORD_BYTES = 240_000;

/**
 * 10,000 sessions with the longest statements come to some 20 MB and a million values. What unpacks to more is no record of
 * ours, and must not fill the memory of the function that reads it.
 */
const MOST_UNPACKED = { bytes: 48 * 1_048_576, values: 4_000_000 } as const;

/** What goes first when a record is too large; victims and attempts never do. */
const REDUCTIONS: readonly { readonly name: Reduction; readonly apply: (record: RunRecord) => RunRecord }[] =
  [
    { name: 'statements', apply: (record) => mapSpared(record, withoutStatement) },
    { name: 'details', apply: (record) => mapSpared(record, withoutDetails) },
    { name: 'spared sessions', apply: withoutSpared },
  ];

/** Packs a record, reducing it step by step until it fits. */
export function packRecord(record: RunRecord, metrics: MetricsChoice = 'few'): RunResult {
  let [reduced, kept, packed] = [[] as readonly Reduction[], record, compress(record)];
  for (const { name, apply } of REDUCTIONS) {
    if (packed.length <= MAX_RECORD_BYTES) break;
    kept = apply(kept);
    packed = compress(kept);
    reduced = [...reduced, name];
  }
  const { runId, server, mode, outcome } = record;
  return { pgHeadroom: 1, runId, server, mode, outcome, metrics, reduced, head: headOf(record), packed };
}

function compress(record: RunRecord): string {
  // Loaded here because by now the slots are free.
  const { gzipSync } = process.getBuiltinModule('node:zlib');
  return gzipSync(JSON.stringify(pack(record))).toString('base64');
}

/** @throws RemediationError `record-invalid` when this is not a result of `remediate`, or a damaged one. */
export function unpackRecord(result: unknown): RunRecord {
  try {
    const { pgHeadroom, outcome, packed } = result as RunResult;
    if (pgHeadroom !== 1 || !OUTCOMES.includes(outcome)) throw new Error('not a run result of version 1');
    const record = unpackJson(packed, MOST_UNPACKED) as PackedRecord;
    if (record.version !== 1) throw new Error('not a record of version 1');
    return unpack(record);
  } catch (cause) {
    const message = `The run's record cannot be read (${coerceError(cause).message}): look at the log of the function that wrote it, and deploy both functions at the same version.`;
    throw new RemediationError('record-invalid', message, { cause });
  }
}

function mapSpared(record: RunRecord, change: (session: Session) => Session): RunRecord {
  const { snapshot, plan } = record;
  if (snapshot === null) return record;
  const victims = new Set(plan?.victims.map(({ session }) => session));
  const changed = new Map(snapshot.sessions.map((each) => [each, victims.has(each) ? each : change(each)]));
  const spared = plan?.spared.map((each) => ({
    ...each,
    session: changed.get(each.session) ?? each.session,
  }));
  return {
    ...record,
    snapshot: { ...snapshot, sessions: [...changed.values()] },
    plan: plan === null ? null : { ...plan, spared: spared ?? [] },
    readings: record.readings.map((reading) => ({ ...reading, came: reading.came.map(change) })),
  };
}

function withoutStatement(session: Session): Session {
  const keep = session.lastStatement === INSUFFICIENT_PRIVILEGE ? session.lastStatement : null;
  return { ...session, lastStatement: keep };
}

/** What says who holds a slot stays: identity, names, state and its age. */
function withoutDetails(session: Session): Session {
  return {
    ...session,
    stateChange: null,
    transactionAgeMs: null,
    queryAgeMs: null,
    waitEvent: null,
    blockedBy: [],
  };
}

/** The last resort: who was spared is in the log of `remediate` only. */
function withoutSpared(record: RunRecord): RunRecord {
  const { snapshot, plan } = record;
  if (snapshot === null || plan === null) return record;
  const tried = new Set([...record.attempts, ...plan.victims.map(({ session }) => session)].map(identityOf));
  const victims = snapshot.sessions.filter((session) => tried.has(identityOf(session)));
  return {
    ...record,
    snapshot: { ...snapshot, sessions: victims },
    plan: { ...plan, spared: [] },
    readings: record.readings.map((reading) => ({ ...reading, came: [] })),
  };
}
