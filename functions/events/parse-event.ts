import { coerceError, quoted } from '../core/base/errors.ts';
import { unpackJson } from '../core/base/unpack-json.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import { fieldsOf, unknownEvent } from './event-fields.ts';
import { parseTrigger } from './parse-trigger.ts';

/**
 * Lambda accepts events up to 1 MB, and CloudWatch Logs sends batches of about that size when unpacked.
 * Larger data are no log data, and must not use up the function's memory.
 */
const MOST_UNPACKED_BYTES = 16 * 1_048_576;
/** Log events have three fields each. Commas inside their lines count too. */
const MOST_VALUES = 4_000_000;

/**
 * Parses a trigger from an event as it reaches a function. @throws RemediationError `event-unknown` or
 * `event-refused`, which says what was found. Nothing is guessed.
 */
export function parseEvent(event: unknown): Trigger {
  const { awslogs } = fieldsOf(event);
  if (awslogs === undefined) return parseTrigger(event);
  return parseTrigger({ awslogs: { data: unpacked(fieldsOf(awslogs).data) } });
}

/** Unpacks base64 of gzip of JSON. */
function unpacked(data: unknown): unknown {
  const allowed = `base64 of gzip of JSON, at most ${MOST_UNPACKED_BYTES} bytes unpacked`;
  if (typeof data !== 'string') throw unknownEvent(`awslogs.data ${quoted(data)}`, allowed);
  try {
    return unpackJson(data, { bytes: MOST_UNPACKED_BYTES, values: MOST_VALUES });
  } catch (thrown) {
    throw unknownEvent(`awslogs.data that does not unpack (${coerceError(thrown).message})`, allowed);
  }
}
