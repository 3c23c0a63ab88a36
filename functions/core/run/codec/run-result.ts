import { gzipSync } from 'node:zlib';
import type { MetricsChoice } from '../../../contract.ts';
import type { Mode } from '../../policy/mode.ts';
import type { WarningOrder } from '../../warning/parse-warnings.ts';
import type { Outcome } from '../outcome.ts';
import type { Reduction, RunRecord } from '../record.ts';
import { headOf, type RunHead } from '../run-head.ts';
import { toPackedRecord as pack } from './pack-record.ts';
import { withNames } from './record-names.ts';
import { REDUCTIONS, withoutUnusedLimits } from './reduce-record.ts';

/** What `remediate` returns: a few fields for people who look at raw events, and the whole record packed. */
export type RunResult = {
  readonly pgHeadroom: 1;
  readonly runId: string;
  readonly server: string;
  readonly mode: Mode;
  readonly outcome: Outcome;
  /** How many metrics are sent for the runs of its server. */
  readonly metrics: MetricsChoice;
  /** How people are warned before the server is full; null where they are not. Absent in results of older versions. */
  readonly warnings?: WarningOrder | null;
  /** The parts that were left out of the record to keep it within its size, in order. */
  readonly reduced: readonly Reduction[];
  /** Used when the record cannot be read or explained. Absent in results of older versions. */
  readonly head: RunHead;
  /** The packed record as JSON, in gzip and base64. */
  readonly packed: string;
};

/**
 * Lambda's envelope for destinations fails above 1 MB and repeats the event, which is large for log lines.
 * Also, records are kept and read for a long time. Measured at 5,000 sessions: see
 * `docs/internals/decisions.md`.
 */
export const MAX_RECORD_BYTES = 240_000;

/** JSON of this size never fits when packed, so packing is not tried. */
const MOST_JSON = 12 * MAX_RECORD_BYTES;
/** How many characters of base64 one byte takes. */
const BASE64 = 4 / 3;

/** Packs a record, and reduces it step by step until the whole result fits. */
export function packRecord(
  record: RunRecord,
  metrics: MetricsChoice = 'few',
  warnings?: WarningOrder | null,
): RunResult {
  const { runId, server, mode, outcome } = record;
  const order = warnings === undefined ? {} : { warnings };
  const head = headOf(record);
  const open = { pgHeadroom: 1, runId, server, mode, outcome, metrics, ...order, head } as const;
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

/**
 * With as many names as fit. The count uses bytes that do not compress, so that the first try mostly fits.
 */
function packNames(record: RunRecord, open: Omit<RunResult, 'packed'>): RunResult {
  const without = { ...open, packed: compress(withNames(record, 0)) };
  let bytes = (MAX_RECORD_BYTES - JSON.stringify(without).length) / BASE64;
  for (; bytes > 1_000; bytes *= 0.8) {
    const result = { ...open, packed: compress(withNames(record, bytes)) };
    if (fits(result)) return result;
  }
  return without;
}

/** Empty when the record is certainly too large. */
function compress(record: RunRecord): string {
  const text = JSON.stringify(pack(record));
  if (text.length > MOST_JSON) return '';
  return gzipSync(text).toString('base64');
}
