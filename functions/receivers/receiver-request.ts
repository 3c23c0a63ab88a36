import type { Receiver } from '../core/declaration/receiver-declaration.ts';
import type { Message } from '../render/base/message.ts';
import type { MessageIdentity } from '../report/report-ports.ts';

/** One HTTPS POST. Address and headers may hold a key, so that neither is ever logged. */
export type ReceiverRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * The request of a message at this time, in milliseconds. It is made anew for each try, because a signature holds the time.
 */
export type RequestAt = (secret: string, now: number) => ReceiverRequest;

/** Null when the receiver does not want the message. */
export type RequestFor = (
  receiver: Receiver,
  message: Message,
  identity: MessageIdentity,
) => RequestAt | null;

const JSON_HEADERS = { 'content-type': 'application/json' } as const;

export function jsonRequest(
  url: string,
  document: object,
  headers: Readonly<Record<string, string>> = {},
): ReceiverRequest {
  return { url, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(document) };
}
