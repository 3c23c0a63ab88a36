import type { Topic } from '../core/incident/incident.ts';
import { TOPICS } from '../core/incident/memory-schema.ts';
import { type Destination, serverOf } from '../events/parse-destination.ts';
import type { Message } from '../render/base/message.ts';
import type { MessageIdentity, ReportPorts } from './report-ports.ts';

/** A message that is due: its topics, and how to mark those that have taken it. */
export type Due = {
  readonly identity: MessageIdentity;
  readonly topics: readonly Topic[];
  /** Never rejects. At worst, a message that could not be marked is published again. */
  readonly mark: (taken: readonly Topic[]) => Promise<void>;
};

/**
 * The topics that exist, in the order of publishing. People come first: no other message is begun before
 * theirs.
 */
export function topicsOf({ publish }: Pick<ReportPorts, 'publish'>): readonly Topic[] {
  return TOPICS.filter((topic) => publish[topic] != null);
}

/**
 * Publishes one message to each topic that it is due to, and to all of them at once. One after the other, topics and receivers
 * that do not answer would take 22 s together, and the report has 30 s. Marks those that took it, and logs a line. A topic that
 * refuses does not stop the others.
 * @throws RemediationError `publish-failed` of the first topic that refused. Lambda then delivers again, so that every topic
 * gets the message at least once.
 */
export async function publishMessage(
  { attributes, ...message }: Message,
  { identity, topics, mark }: Due,
  about: Readonly<Record<string, string>>,
  { publish, log }: Pick<ReportPorts, 'publish' | 'log'>,
): Promise<void> {
  const identified = { ...message, attributes: { ...attributes, messageId: identity.id } };
  const [taken, told]: [Topic[], Topic[]] = [[], []];
  const refusals: { readonly topic: Topic; readonly thrown: unknown }[] = [];
  const send = async (topic: Topic) => {
    try {
      const answer = await publish[topic]?.(identified, identity);
      taken.push(topic);
      if (answer !== 'not-wanted') told.push(topic);
    } catch (thrown) {
      refusals.push({ topic, thrown });
    }
  };
  await Promise.all(topics.map(send));
  const inOrder = (some: readonly Topic[]) => TOPICS.filter((topic) => some.includes(topic));
  const { subject } = message;
  const first = topics.flatMap((topic) => refusals.filter((refusal) => refusal.topic === topic))[0];
  if (told.length > 0) log('told', { ...about, topics: inOrder(told), subject, ...identified.attributes });
  if (taken.length > 0) await mark(inOrder(taken));
  if (first !== undefined) throw first.thrown;
}

/** Logs a line about a delivery without a message. */
export function logNotPublished(destination: Destination, { log }: Pick<ReportPorts, 'log'>): void {
  const { kind, requestId } = destination;
  log('not-told', { kind, server: serverOf(destination), requestId });
}
