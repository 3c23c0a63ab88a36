import type { Message } from '../../functions/render/base/message.ts';
import type { Publish, ReportPorts } from '../../functions/report/report-ports.ts';

/** Topics of which only the one for people is read. */
export function toPeople(publish: Publish): ReportPorts['publish'] {
  return { people: publish, chat: null };
}

/** A message as it is published: its attributes hold its id, which is the same for every delivery. */
export function identified(message: Message, kind: string): Message {
  return { ...message, attributes: { ...message.attributes, messageId: `${message.chat.id}-${kind}` } };
}
