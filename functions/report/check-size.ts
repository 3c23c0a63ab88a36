import { RemediationError } from '../core/base/errors.ts';
import type { Message } from '../render/base/message.ts';

/** SNS takes 256 KB, attributes and what JSON escapes included. */
const MOST_BYTES = 200_000;

/**
 * A message that fits the topics: a topic refuses what is larger, and nobody would be told.
 * @throws RemediationError `out-of-budget`.
 */
export function checkSize(message: Message): Message {
  const bytes = Math.max(Buffer.byteLength(message.text), Buffer.byteLength(JSON.stringify(message.chat)));
  if (bytes <= MOST_BYTES) return message;
  const why = `The message was too large: it has ${bytes} bytes, ${MOST_BYTES} are allowed.`;
  throw new RemediationError('out-of-budget', why);
}
