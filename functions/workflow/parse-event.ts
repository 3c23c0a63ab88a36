import { coerceError, quoted } from '../core/errors.ts';
import { fieldsOf, unknownEvent } from '../core/event-fields.ts';
import { parseTrigger } from '../core/parse-trigger.ts';
import type { Trigger } from '../core/trigger.ts';

/**
 * Lambda takes events up to 1 MB, and CloudWatch Logs sends batches of about that size unpacked. What swells to more than
 * this is no log data, and must not fill the function's memory.
 */
const MOST_UNPACKED_BYTES = 16 * 1_048_576;

/**
 * Turns an event as it reaches a function into a trigger.
 * @throws RemediationError `event-unknown` or `event-refused`, naming what stood there; nothing is guessed.
 */
export function parseEvent(event: unknown): Trigger {
  const { awslogs } = fieldsOf(event);
  if (awslogs === undefined) return parseTrigger(event);
  return parseTrigger({ awslogs: { data: unpacked(fieldsOf(awslogs).data) } });
}

/** Base64 of gzip of JSON. */
function unpacked(data: unknown): unknown {
  const allowed = `base64 of gzip of JSON, at most ${MOST_UNPACKED_BYTES} bytes unpacked`;
  if (typeof data !== 'string') throw unknownEvent(`awslogs.data ${quoted(data)}`, allowed);
  try {
    // Loaded here because log lines alone are packed.
    const { gunzipSync } = process.getBuiltinModule('node:zlib');
    const bytes = gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: MOST_UNPACKED_BYTES });
    return JSON.parse(bytes.toString('utf8'));
  } catch (thrown) {
    throw unknownEvent(`awslogs.data that does not unpack (${coerceError(thrown).message})`, allowed);
  }
}
