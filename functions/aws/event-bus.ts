import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { BUS_EVENTS } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import type { CellSummary } from '../core/fleet/cell-summary.ts';
import type { Message } from '../render/base/message.ts';
import { sdkFailureText } from './sdk-failure.ts';

const MAX_ATTEMPTS = 3;
const WITHIN_MS = 9_000;

/**
 * Sends a message to the organisation's event bus.
 * @throws RemediationError `publish-failed`. Lambda then delivers again, to the topic too, with the same id.
 */
export function sendToBus(bus: string, { subject, text, attributes }: Message): Promise<void> {
  return putEvent(bus, BUS_EVENTS.message, { subject, text, attributes });
}

/** Sends the summary of a cell to the bus. Rejects as for a message. */
export function sendSummaryTo(bus: string, summary: CellSummary): Promise<void> {
  return putEvent(bus, BUS_EVENTS.summary, summary);
}

async function putEvent(EventBusName: string, DetailType: string, detail: object): Promise<void> {
  // An event is put in the region of its bus, which has one for the cells of all regions.
  const [, , , region] = EventBusName.split(':');
  const client = new EventBridgeClient({ maxAttempts: MAX_ATTEMPTS, ...(region && { region }) });
  const Entries = [{ Source: BUS_EVENTS.source, DetailType, Detail: JSON.stringify(detail), EventBusName }];
  try {
    const abortSignal = AbortSignal.timeout(WITHIN_MS);
    const answer = await client.send(new PutEventsCommand({ Entries }), { abortSignal });
    const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused !== undefined)
      throw new Error(`${refused.ErrorCode}: ${refused.ErrorMessage ?? 'no reason'}`);
  } catch (thrown) {
    const message = `The ${DetailType} was not sent to ${EventBusName} (${sdkFailureText(thrown, WITHIN_MS)}): check that the bus exists and lets this account send. Lambda tries again.`;
    throw new RemediationError('publish-failed', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}
