import { TOPICS, type Topic } from '../core/incident/incident.ts';
import { type Destination, serverOfFunction } from '../events/parse-destination.ts';
import type { Message } from '../render/base/message.ts';
import type { ReportPorts } from './report-ports.ts';

/** That a message is due: to whom, and what to do about those who have it then. */
export type Due = {
  /** The same for every delivery of one message, for subscribers who want to see each once. */
  readonly messageId: string;
  readonly topics: readonly Topic[];
  /** Never rejects: what cannot be marked is at worst told again. */
  readonly mark: (taken: readonly Topic[]) => Promise<void>;
};

/** The topics that there are, in the order in which they are told: a page must not wait for a room. */
export function topicsOf({ publish }: Pick<ReportPorts, 'publish'>): readonly Topic[] {
  return TOPICS.filter((topic) => publish[topic] !== null);
}

/**
 * Publishes one message to each topic that it is due to, marks those that took it, and leaves a line about it. A topic
 * that refuses keeps it from no other.
 * @throws RemediationError `publish-failed`, of the first that refused: Lambda then delivers again, so that every topic is
 * told at least once.
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

/** A line about a delivery of which nothing is told. */
export function logNotPublished(
  { kind, functionName, requestId }: Destination,
  { log }: Pick<ReportPorts, 'log'>,
): void {
  log('not-told', { kind, server: serverOfFunction(functionName), requestId });
}
