import { coerceError, RemediationError } from '../../base/errors.ts';
import { withDefaults } from '../../base/kept-fields.ts';
import { unpackJson } from '../../base/unpack-json.ts';
import { OUTCOMES } from '../outcome.ts';
import type { RunRecord } from '../record.ts';
import { fromPackedRecord, type PackedRecord } from './pack-record.ts';
import { RECORD_VERSION, runRecordSchema } from './record-schema.ts';
import type { RunResult } from './run-result.ts';

/**
 * 10,000 sessions with the longest statements take some 20 MB and a million values. A text that unpacks to
 * more is no record of ours, and must not use up the memory of the function.
 */
const MOST_UNPACKED = { bytes: 48 * 1_048_576, values: 4_000_000 } as const;

/**
 * @throws RemediationError `record-invalid` when this is no result of `remediate`, or a damaged one.
 */
export function unpackRecord(result: unknown): RunRecord {
  try {
    const { pgHeadroom, outcome, packed } = result as RunResult;
    if (pgHeadroom !== 1 || !OUTCOMES.includes(outcome)) throw new Error('not a run result of version 1');
    const record = unpackJson(packed, MOST_UNPACKED) as PackedRecord;
    if (record.version !== RECORD_VERSION) throw new Error('not a record of version 1');
    // `remediate` wrote it, perhaps in another version: what it lacks has the defaults of a kept record.
    return withDefaults(runRecordSchema, fromPackedRecord(record)) as RunRecord;
  } catch (cause) {
    const message = `The run's record cannot be read (${coerceError(cause).message}): look at the log of the function that wrote it, and deploy both functions at the same version.`;
    throw new RemediationError('record-invalid', message, { cause });
  }
}
