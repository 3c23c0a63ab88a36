import { quoted } from '../core/base/errors.ts';
import { OUTCOMES } from '../core/run/outcome.ts';
import { type Fields, fieldsOf, refusedEvent, unknownEvent } from './event-fields.ts';

/** Every message of ours has all of these attributes, by which subscribers filter. */
const OWN_ATTRIBUTES = ['severity', 'outcome', 'server', 'mode'] as const;

/**
 * Takes the event out of the envelope of SNS. Null for our own messages and results, which must not start a
 * run when they come back to us. @throws RemediationError `event-refused` for sources that invoke
 * synchronously, `event-unknown` for unknown events.
 */
export function unwrapEvent(event: unknown): Fields | null {
  const fields = fieldsOf(event);
  if (isOwnResult(fields)) return null;
  if (!Array.isArray(fields.Records)) return fields;
  const notification = fieldsOf(onlyRecord(fields.Records).Sns);
  if (isOwnMessage(notification)) return null;
  const message = fieldsOf(notification.Message);
  if (isOwnResult(message)) return null;
  if (Object.keys(message).length > 0 && !('Records' in message)) return message;
  throw unknownEvent(
    `an SNS message ${quoted(notification.Message)}`,
    'a CloudWatch alarm or an EventBridge event as JSON',
  );
}

function onlyRecord(records: readonly unknown[]): Fields {
  const [record, ...others] = records.map(fieldsOf);
  // SNS writes the name with a capital letter, all other services without.
  const source = record?.EventSource ?? record?.eventSource;
  if (source === 'aws:sqs')
    throw refusedEvent(
      'records of a queue ("aws:sqs")',
      'an asynchronous invocation: by an alarm, a schedule, a log subscription, an EventBridge rule or an SNS topic',
      'SQS invokes synchronously: no destination would hear what came of the run, and after a failure the message comes back for ever. Subscribe this function to the topic or the rule itself and delete the event source mapping.',
    );
  if (record === undefined || source !== 'aws:sns')
    throw unknownEvent(`records of source ${quoted(source)}`, 'one record of "aws:sns"');
  if (others.length > 0)
    throw refusedEvent(
      `${records.length} SNS records`,
      'one, which is what SNS sends',
      'Send each notification in an event of its own, or none of them would be answered for.',
    );
  return record;
}

function isOwnMessage({ MessageAttributes }: Fields): boolean {
  const attributes = fieldsOf(MessageAttributes);
  const { Value: outcome } = fieldsOf(attributes.outcome);
  return OWN_ATTRIBUTES.every((name) => name in attributes) && OUTCOMES.some((each) => each === outcome);
}

/**
 * Whether this is what Lambda sends to a destination: a run's result or failure. A run for each of them could
 * go on forever.
 */
function isOwnResult(fields: Fields): boolean {
  return 'requestContext' in fields && 'requestPayload' in fields;
}
