import type { ReceiverKind } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import type { Receiver } from '../core/declaration/receiver-declaration.ts';
import type { Publish, ReportPorts } from '../report/report-ports.ts';
import { opsgenieRequest } from './opsgenie.ts';
import { pagerDutyRequest } from './pager-duty.ts';
import { type PostPorts, post } from './post.ts';
import type { RequestFor } from './receiver-request.ts';
import { receiverSecret } from './receiver-secret.ts';
import { teamsRequest } from './teams.ts';
import { webhookRequest } from './webhook.ts';

type ReceiverPorts = PostPorts & {
  /** The text of a secret. Rejects with `secret-unreadable`. */
  readonly secretText: (secret: string) => Promise<unknown>;
};

const REQUESTS: Readonly<Record<ReceiverKind, RequestFor>> = {
  pagerDuty: pagerDutyRequest,
  opsgenie: opsgenieRequest,
  teams: teamsRequest,
  webhook: webhookRequest,
};

/**
 * Sends messages to the declared receivers. Each secret is read anew for each message, so that a new key holds at once.
 */
export function publishToReceivers(
  receivers: readonly Receiver[],
  ports: ReceiverPorts,
): Partial<ReportPorts['publish']> {
  return Object.fromEntries(receivers.map((receiver) => [receiver.kind, publishTo(receiver, ports)]));
}

function publishTo(receiver: Receiver, ports: ReceiverPorts): Publish {
  const { kind, secret } = receiver;
  return async (message, identity) => {
    const requestAt = REQUESTS[kind](receiver, message, identity);
    if (requestAt === null) return 'not-wanted';
    const key = receiverSecret(kind, secret, await ports.secretText(secret));
    const refused = await post((now) => requestAt(key, now), ports);
    if (refused !== null) throw notSent(kind, secret, refused);
    return undefined;
  };
}

function notSent(kind: ReceiverKind, secret: string, found: string): RemediationError {
  const message = `The message was not sent to the receiver ${kind} (${found}): check the key in ${secret}, and that the receiver takes events. Lambda tries again.`;
  return new RemediationError('publish-failed', message);
}
