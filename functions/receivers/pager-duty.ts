import { alertOf } from './alert-of.ts';
import { jsonRequest, type RequestFor } from './receiver-request.ts';

/**
 * Events API v2 of PagerDuty. A summary has at most 1,024 characters, which our subjects never reach.
 * https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
 */
export const pagerDutyRequest: RequestFor = (receiver, message, identity) => {
  const alert = alertOf(message, identity, receiver.alertFrom);
  if (alert === null) return null;
  const { subject, text, attributes, link } = message;
  const keyed = { dedup_key: alert.key };
  const trigger = {
    ...keyed,
    event_action: 'trigger',
    client: 'pg-headroom',
    payload: {
      summary: subject,
      source: attributes.server ?? 'pg-headroom',
      severity: alert.severity,
      component: 'postgresql',
      class: attributes.outcome ?? 'test',
      custom_details: { message: text, ...attributes },
    },
    ...(link === null ? {} : { links: [{ href: link, text: 'The page of the run' }] }),
  };
  const event = alert.action === 'open' ? trigger : { ...keyed, event_action: 'resolve' };
  return (routingKey) => jsonRequest(receiver.url ?? '', { routing_key: routingKey, ...event });
};
