import { createHmac } from 'node:crypto';
import type { MessageKind } from '../report/report-ports.ts';
import { jsonRequest, type RequestFor } from './receiver-request.ts';

const TYPES: Readonly<Record<MessageKind, string>> = {
  opened: 'headroom.incident.opened',
  changed: 'headroom.incident.changed',
  reminder: 'headroom.incident.reminder',
  over: 'headroom.incident.over',
  run: 'headroom.run',
  misconfigured: 'headroom.misconfigured',
  observed: 'headroom.observed',
  warning: 'headroom.warning',
  digest: 'headroom.digest',
  test: 'headroom.test',
};

/** The signed text has dots between its parts, so that an id must not have any. */
const NOT_IN_ID = /[^A-Za-z0-9_-]/g;

/**
 * A webhook as Standard Webhooks 1.0.0 describes it: JSON, signed with HMAC-SHA256 together with its id and the time of
 * the try. The receiver can drop repetitions by the id.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const webhookRequest: RequestFor = ({ url }, message, identity) => {
  const { subject, text, link, attributes } = message;
  const id = identity.id.replaceAll(NOT_IN_ID, '-');
  const data = { ...attributes, messageId: id, incident: identity.incident, subject, text, link };
  return (secret, now) => {
    const timestamp = String(Math.floor(now / 1_000));
    const event = { type: TYPES[identity.kind], timestamp: new Date(now).toISOString(), data };
    const request = jsonRequest(url ?? '', event);
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${request.body}`).digest('base64');
    const signed = {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    };
    return { ...request, headers: { ...request.headers, ...signed } };
  };
};
