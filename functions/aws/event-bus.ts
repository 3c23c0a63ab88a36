import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { RemediationError } from '../core/base/errors.ts';
import type { Message } from '../render/base/message.ts';
import { sdkFailureText } from './sdk-failure.ts';

const MAX_ATTEMPTS = 3;
const WITHIN_MS = 9_000;
const SOURCE = 'pg-headroom';

/**
 * Sends a message to the organisation's event bus.
 * @throws RemediationError `publish-failed`. Lambda then delivers again, to the topic too, with the same id.
 */
export async function sendToBus(EventBusName: string, { subject, text, attributes }: Message): Promise<void> {
  const client = new EventBridgeClient({ maxAttempts: MAX_ATTEMPTS });
  const Detail = JSON.stringify({ subject, text, attributes });
  const Entries = [{ Source: SOURCE, DetailType: 'message', Detail, EventBusName }];
  try {
    const abortSignal = AbortSignal.timeout(WITHIN_MS);
    const answer = await client.send(new PutEventsCommand({ Entries }), { abortSignal });
    const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused !== undefined)
      throw new Error(`${refused.ErrorCode}: ${refused.ErrorMessage ?? 'no reason'}`);
  } catch (thrown) {
    const message = `The message was not sent to ${EventBusName} (${sdkFailureText(thrown, WITHIN_MS)}): check that the bus exists and lets this account send. Lambda tries again.`;
    throw new RemediationError('publish-failed', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}
