import type { Severity } from '../core/incident/outcome-table.ts';
import { alertOf } from './alert-of.ts';
import { jsonRequest, type RequestFor } from './receiver-request.ts';

const PRIORITIES: Readonly<Record<Severity, string>> = { critical: 'P1', warning: 'P3', info: 'P5' };
/** Opsgenie's limits. Our subjects have fewer than 100 characters. */
const MOST_MESSAGE = 130;
const MOST_DESCRIPTION = 15_000;

/**
 * Alert API of Opsgenie, and the same of Jira Service Management. The alias is what PagerDuty calls a deduplication key.
 * https://docs.opsgenie.com/docs/alert-api
 */
export const opsgenieRequest: RequestFor = (receiver, message, identity) => {
  const alert = alertOf(message, identity, receiver.alertFrom);
  if (alert === null) return null;
  const { subject, text, attributes, link } = message;
  const url = receiver.url ?? '';
  const about = { source: 'pg-headroom' };
  const opened = {
    ...about,
    message: subject.slice(0, MOST_MESSAGE),
    alias: alert.key,
    description: text.slice(0, MOST_DESCRIPTION),
    entity: attributes.server ?? 'pg-headroom',
    priority: PRIORITIES[alert.severity],
    tags: ['pg-headroom'],
    details: { ...attributes, ...(link === null ? {} : { page: link }) },
  };
  const authorized = (key: string) => ({ authorization: `GenieKey ${key}` });
  if (alert.action === 'open') return (key) => jsonRequest(url, opened, authorized(key));
  const close = `${url}/${encodeURIComponent(alert.key)}/close?identifierType=alias`;
  return (key) => jsonRequest(close, { ...about, note: subject }, authorized(key));
};
