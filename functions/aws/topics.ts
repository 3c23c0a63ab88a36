import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { ReportPorts } from '../workflow/ports.ts';

/** All tries together; the function has 30 s, and Lambda delivers again after that. */
const PUBLISH_TIMEOUT_MS = 20_000;

/** Publishes messages to one topic, as plain text with attributes for subscribers' filter policies. */
export function publishTo(topicArn: string): ReportPorts['publish'] {
  return async ({ subject, text, attributes }) => {
    const values = Object.entries(attributes).map(([name, value]) => [
      name,
      { DataType: 'String', StringValue: value },
    ]);
    const client = new SNSClient({ maxAttempts: 3 });
    try {
      const command = new PublishCommand({
        TopicArn: topicArn,
        Subject: subject,
        Message: text,
        MessageAttributes: Object.fromEntries(values),
      });
      await client.send(command, { abortSignal: AbortSignal.timeout(PUBLISH_TIMEOUT_MS) });
    } finally {
      client.destroy();
    }
  };
}
