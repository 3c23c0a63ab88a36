import { type ErrorCode, quoted, RemediationError } from '../core/base/errors.ts';
import { jsonIn } from '../core/base/json-in.ts';

export type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of an object. A text with a JSON object counts too, because AWS services send many objects that
 * way. Any other value has no fields.
 */
export function fieldsOf(value: unknown): Fields {
  const found = typeof value === 'string' ? jsonIn(value) : value;
  return typeof found === 'object' && found !== null ? (found as Fields) : {};
}

/** @throws RemediationError `event-unknown`. */
export function textField(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw unknownEvent(`${path} ${quoted(value)}`, 'a text');
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/**
 * A time in ISO 8601 and UTC. CloudWatch writes its zone as `+0000`, which parsers refuse. A text that is no
 * time is rejected. @throws RemediationError `event-unknown`.
 */
export function timeField(value: unknown, path: string): string {
  const isMoment = typeof value === 'string' && MOMENT.test(value);
  const at = isMoment ? Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : Number.NaN;
  if (Number.isNaN(at))
    throw unknownEvent(`${path} ${quoted(value)}`, 'a time such as 2026-11-21T03:15:42.512+0000');
  return new Date(at).toISOString();
}

/** The error for an event that cannot be parsed. */
export function unknownEvent(found: string, allowed: string): RemediationError {
  return eventError('event-unknown', found, allowed, 'Check what invokes this function.');
}

/** The error for an event that was understood, but comes from a source that this function must not have. */
export function refusedEvent(found: string, allowed: string, next: string): RemediationError {
  return eventError('event-refused', found, allowed, next);
}

function eventError(code: ErrorCode, found: string, allowed: string, next: string): RemediationError {
  const message = `The event is not one that pg-headroom acts on: found ${found}, expected ${allowed}. ${next}`;
  return new RemediationError(code, message);
}
