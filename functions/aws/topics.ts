import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { RemediationError } from '../core/base/errors.ts';
import type { Message } from '../render/base/message.ts';
import { sdkFailureText } from './sdk-failure.ts';

/**
 * All tries for one topic together. The function has 30 s for two topics, and Lambda delivers the result again after that.
 */
const PUBLISH_TIMEOUT_MS = 9_000;

type PublishToTopic = (message: Message) => Promise<undefined>;

/**
 * Publishes messages: to people as plain text, and to the topic of chat rooms, if there is one, in the form that chat
 * shows. Attributes serve the filter policies of subscribers.
 */
export function publishTo(
  people: string,
  chat: string | null,
): { readonly people: PublishToTopic; readonly chat: PublishToTopic | null } {
  return {
    people: (message) =>
      publish({ TopicArn: people, Subject: message.subject, Message: message.text }, message),
    chat:
      chat === null
        ? null
        : (message) => publish({ TopicArn: chat, Message: JSON.stringify(message.chat) }, message),
  };
}

async function publish(
  input: PublishCommandInput & { readonly TopicArn: string },
  { attributes }: Message,
): Promise<undefined> {
  const client = new SNSClient({ maxAttempts: 3 });
  const command = new PublishCommand({ ...input, MessageAttributes: attributesOf(attributes) });
  try {
    await client.send(command, { abortSignal: AbortSignal.timeout(PUBLISH_TIMEOUT_MS) });
  } catch (thrown) {
    const message = `The message was not published to ${input.TopicArn} (${sdkFailureText(thrown, PUBLISH_TIMEOUT_MS)}): check that the topic exists and that this function's role may publish to it and use its key. Lambda tries again.`;
    throw new RemediationError('publish-failed', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

function attributesOf(
  attributes: Message['attributes'],
): NonNullable<PublishCommandInput['MessageAttributes']> {
  const values = Object.entries(attributes).map(([name, value]) => [
    name,
    { DataType: 'String', StringValue: value },
  ]);
  return Object.fromEntries(values);
}
