import { gzipSync } from 'node:zlib';
import type { MetricsChoice } from '../../../contract.ts';
import { coerceError, RemediationError } from '../../base/errors.ts';
import { unpackJson } from '../../base/unpack-json.ts';
import type { Mode } from '../../policy/policy.ts';
import { OUTCOMES, type Outcome } from '../outcome.ts';
import type { Reduction, RunRecord } from '../record.ts';
import { headOf, type RunHead } from '../run-head.ts';
import { type PackedRecord, toPackedRecord as pack, fromPackedRecord as unpack } from './pack-record.ts';
import { withNames } from './record-names.ts';
import { REDUCTIONS, withoutUnusedLimits } from './reduce-record.ts';

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
 * is kept and read for long. Measured at 5,000 sessions, see `docs/internals/decisions.md`.
 */
export const MAX_RECORD_BYTES = 240_000;

/**
 * 10,000 sessions with the longest statements come to some 20 MB and a million values. What unpacks to more is no record of
 * ours, and must not fill the memory of the function that reads it.
 */
const MOST_UNPACKED = { bytes: 48 * 1_048_576, values: 4_000_000 } as const;

/** So much JSON of sessions is never packed into a record: it is not even tried. */
const MOST_JSON = 12 * MAX_RECORD_BYTES;
/** Bytes of gzip become so many characters of base64. */
const BASE64 = 4 / 3;

/** Packs a record, reducing it step by step until the whole result fits. */
export function packRecord(record: RunRecord, metrics: MetricsChoice = 'few'): RunResult {
  const { runId, server, mode, outcome } = record;
  const open = { pgHeadroom: 1, runId, server, mode, outcome, metrics, head: headOf(record) } as const;
  let kept = withoutUnusedLimits(record);
  let result: RunResult = { ...open, reduced: [], packed: compress(kept) };
  for (const { name, apply } of REDUCTIONS) {
    if (fits(result)) return result;
    const reduced = apply(kept);
    if (reduced === null) continue;
    kept = reduced;
    result = { ...open, reduced: [...result.reduced, name], packed: compress(kept) };
  }
  return fits(result) ? result : packNames(kept, { ...open, reduced: [...result.reduced, 'names'] });
}

function fits(result: RunResult): boolean {
  return result.packed !== '' && Buffer.byteLength(JSON.stringify(result)) <= MAX_RECORD_BYTES;
}

/** With as many names as there is room for. Bytes that do not compress are counted, so that the first try mostly fits. */
function packNames(record: RunRecord, open: Omit<RunResult, 'packed'>): RunResult {
  const without = { ...open, packed: compress(withNames(record, 0)) };
  let bytes = (MAX_RECORD_BYTES - JSON.stringify(without).length) / BASE64;
  for (; bytes > 1_000; bytes *= 0.8) {
    const result = { ...open, packed: compress(withNames(record, bytes)) };
    if (fits(result)) return result;
  }
  return without;
}

/** Empty where it is surely too large. */
function compress(record: RunRecord): string {
  const text = JSON.stringify(pack(record));
  if (text.length > MOST_JSON) return '';
  return gzipSync(text).toString('base64');
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
