import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** An event of `test/events`, as AWS sends it. */
export function recordedEvent(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), 'utf8'));
}

export type LogEvent = { readonly message: string; readonly timestamp: number };

/** The unpacked data of a log subscription. */
export function logDocument(
  events: readonly LogEvent[],
  fields: { readonly logGroup?: string; readonly logStream?: string } = {},
): object {
  return {
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: '/aws/rds/instance/orders-db/postgresql',
    logStream: 'orders-db.0',
    subscriptionFilters: ['pg-headroom-orders'],
    logEvents: events.map((event, at) => ({ id: String(at).padStart(56, '0'), ...event })),
    ...fields,
  };
}

/** The event of a log subscription with these data. */
export function subscriptionEvent(document: unknown): { readonly awslogs: { readonly data: string } } {
  return { awslogs: { data: gzipSync(JSON.stringify(document)).toString('base64') } };
}
