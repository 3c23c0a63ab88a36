import type { Socket } from 'node:net';
import { type Address, dialUpstream, type Listening, listenOnLoopback, messageSplitter } from './proxy.ts';

/** The message type that completes an answer: a statement's is complete when the server is ready for the next one. */
const LAST_MESSAGES = { rows: 'D', statements: 'Z' } as const;

export type CuttingProxy = Listening & {
  /** Passes so many more answers on, then cuts the connection. Everything before has been delivered. */
  readonly cutAfter: (count: number, unit: keyof typeof LAST_MESSAGES) => void;
};

/** A network that breaks at one exact point, between a client and the server, in the middle of the answers. */
export async function startCuttingProxy(server: Address): Promise<CuttingProxy> {
  let [left, last]: [number, string] = [Number.POSITIVE_INFINITY, LAST_MESSAGES.rows];
  const listening = await listenOnLoopback((client) => relay(client, dialUpstream(server), mayPass));
  const mayPass = (type: string) => {
    if (left === 0) return false;
    if (type === last) left -= 1;
    return true;
  };
  const cutAfter: CuttingProxy['cutAfter'] = (count, unit) => {
    [left, last] = [count, LAST_MESSAGES[unit]];
  };
  return { ...listening, cutAfter };
}

function relay(client: Socket, upstream: Socket, mayPass: (type: string) => boolean): void {
  const fromServer = messageSplitter(({ type, bytes }) => {
    if (client.writableEnded) return;
    if (mayPass(type)) client.write(bytes);
    else client.end();
  });
  upstream.on('data', fromServer);
  client.on('data', (bytes) => upstream.write(bytes));
  // The server notices only when it has done what it was sent.
  client.once('close', () => upstream.end());
  upstream.once('close', () => client.end());
}
