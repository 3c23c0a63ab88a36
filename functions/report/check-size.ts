import { RemediationError } from '../core/base/errors.ts';
import type { Message } from '../render/base/message.ts';

/** SNS accepts 256 KB, including attributes and JSON escapes. */
const MOST_BYTES = 200_000;

/**
 * Checks that a message fits the topics. A topic would refuse a larger one, and people would get no message.
 * @throws RemediationError `out-of-budget`.
 */
export function checkSize(message: Message): Message {
  const bytes = Math.max(Buffer.byteLength(message.text), Buffer.byteLength(JSON.stringify(message.chat)));
  if (bytes <= MOST_BYTES) return message;
  const why = `The message was too large: it has ${bytes} bytes, ${MOST_BYTES} are allowed.`;
  throw new RemediationError('out-of-budget', why);
}
