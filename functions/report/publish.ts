import type { Topic } from '../core/incident/incident.ts';
import { TOPICS } from '../core/incident/memory-schema.ts';
import { type Destination, serverOfFunction } from '../events/parse-destination.ts';
import type { Message } from '../render/base/message.ts';
import type { ReportPorts } from './report-ports.ts';

/** A message that is due: its topics, and how to mark those that have taken it. */
export type Due = {
  /** The same for every delivery of one message, so that subscribers can drop repetitions. */
  readonly messageId: string;
  readonly topics: readonly Topic[];
  /** Never rejects. At worst, a message that could not be marked is published again. */
  readonly mark: (taken: readonly Topic[]) => Promise<void>;
};

/**
 * The topics that exist, in the order of publishing. People come first: their message must not wait for the
 * chat.
 */
export function topicsOf({ publish }: Pick<ReportPorts, 'publish'>): readonly Topic[] {
  return TOPICS.filter((topic) => publish[topic] !== null);
}

/**
 * Publishes one message to each topic that it is due to, marks those that took it, and logs a line. A topic
 * that refuses does not stop the others. @throws RemediationError `publish-failed` of the first topic that
 * refused. Lambda then delivers again, so that every topic gets the message at least once.
 */
export async function publishMessage(
  { attributes, ...message }: Message,
  { messageId, topics, mark }: Due,
  about: Readonly<Record<string, string>>,
  { publish, log }: Pick<ReportPorts, 'publish' | 'log'>,
): Promise<void> {
  const identified = { ...message, attributes: { ...attributes, messageId } };
  const taken: Topic[] = [];
  const refusals: unknown[] = [];
  for (const topic of topics) {
    try {
      await publish[topic]?.(identified);
      taken.push(topic);
    } catch (thrown) {
      refusals.push(thrown);
    }
  }
  if (taken.length > 0) {
    log('told', { ...about, topics: taken, subject: message.subject, ...identified.attributes });
    await mark(taken);
  }
  if (refusals.length > 0) throw refusals[0];
}

/** Logs a line about a delivery without a message. */
export function logNotPublished(
  { kind, functionName, requestId }: Destination,
  { log }: Pick<ReportPorts, 'log'>,
): void {
  log('not-told', { kind, server: serverOfFunction(functionName), requestId });
}
