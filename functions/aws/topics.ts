import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { coerceError, RemediationError } from '../core/errors.ts';
import type { Message } from '../core/message.ts';
import type { ReportPorts } from '../workflow/ports.ts';

/** All tries together, for both topics; the function has 30 s, and Lambda delivers again after that. */
const PUBLISH_TIMEOUT_MS = 20_000;

/**
 * Publishes messages with attributes for subscribers' filter policies: to people as plain text, then to the chat rooms'
 * topic, if there is one. People come first because a page must not wait for a room.
 */
export function publishTo(people: string, chat: string | null): ReportPorts['publish'] {
  return async (message) => {
    const client = new SNSClient({ maxAttempts: 3 });
    const abortSignal = AbortSignal.timeout(PUBLISH_TIMEOUT_MS);
    const MessageAttributes = attributesOf(message);
    const publish = (input: PublishCommandInput & { readonly TopicArn: string }) =>
      client
        .send(new PublishCommand({ ...input, MessageAttributes }), { abortSignal })
        .catch((thrown: unknown) => {
          throw publishFailed(input.TopicArn, thrown);
        });
    try {
      await publish({ TopicArn: people, Subject: message.subject, Message: message.text });
      if (chat !== null) await publish({ TopicArn: chat, Message: JSON.stringify(message.chat) });
    } finally {
      client.destroy();
    }
  };
}

function attributesOf({ attributes }: Message): NonNullable<PublishCommandInput['MessageAttributes']> {
  const values = Object.entries(attributes).map(([name, value]) => [
    name,
    { DataType: 'String', StringValue: value },
  ]);
  return Object.fromEntries(values);
}

function publishFailed(topicArn: string, cause: unknown): RemediationError {
  const name = cause instanceof Error ? cause.name : 'error';
  const message = `The message was not published to ${topicArn} (${name}: ${coerceError(cause).message}): check that the topic exists and that this function's role may publish to it and use its key. Lambda tries again.`;
  return new RemediationError('publish-failed', message, { cause });
}
