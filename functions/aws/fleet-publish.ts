import { RemediationError } from '../core/base/errors.ts';
import type { Message } from '../render/base/message.ts';
import type { ReportPorts } from '../report/report-ports.ts';
import { sdkFailureText } from './sdk-failure.ts';
import { jsonCall, type SignedService } from './signed-call.ts';
import { publishTo } from './topics.ts';

const EVENTS: SignedService = { name: 'events', variable: 'EVENTBRIDGE' };
const WITHIN_MS = 9_000;
const SOURCE = 'pg-headroom';

/** Where the messages of a cell go. */
export type FleetChannels = {
  readonly topic: string;
  readonly chat: string | null;
  /** The organisation's event bus. */
  readonly bus: string | null;
};

/**
 * Publishes messages of a cell to its topics and, where there is one, to the organisation's bus. `owner` is the value of the
 * tag that names an owner; subscribers filter by it.
 */
export function fleetPublish(
  { topic, chat, bus }: FleetChannels,
  owner: string | null,
): Pick<ReportPorts['publish'], 'people' | 'chat'> {
  const to = publishTo(topic, chat);
  const toChat = to.chat;
  const owned = (message: Message): Message =>
    owner === null || owner === '' ? message : { ...message, attributes: { ...message.attributes, owner } };
  return {
    people: async (message) => {
      await to.people(owned(message));
      if (bus !== null) await putEvent(bus, owned(message));
      return undefined;
    },
    chat: toChat === null ? null : (message) => toChat(owned(message)),
  };
}

/** @throws RemediationError `publish-failed`. Lambda then delivers again, to the topic too, with the same id. */
async function putEvent(EventBusName: string, { subject, text, attributes }: Message): Promise<void> {
  const Detail = JSON.stringify({ subject, text, attributes });
  const Entries = [{ Source: SOURCE, DetailType: 'message', Detail, EventBusName }];
  try {
    const { FailedEntryCount } = await jsonCall(EVENTS, 'AWSEvents.PutEvents', { Entries }, WITHIN_MS);
    if (FailedEntryCount !== undefined && FailedEntryCount !== 0)
      throw new Error('the bus refused the entry');
  } catch (thrown) {
    const message = `The message was not sent to ${EventBusName} (${sdkFailureText(thrown)}): check that the bus exists and lets this account send. Lambda tries again.`;
    throw new RemediationError('publish-failed', message, { cause: thrown });
  }
}
