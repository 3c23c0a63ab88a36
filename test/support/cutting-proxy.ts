import type { Socket } from 'node:net';
import { type Address, dialUpstream, type Listening, listenOnLoopback, messageSplitter } from './proxy.ts';

export type CuttingProxy = Listening & {
  /** Lets so many more rows through, then cuts the connection off: what was sent before has been sent. */
  readonly cutAfter: (rows: number) => void;
};

/** A network that breaks at one exact point: between a client and the server, in the middle of the answers. */
export async function startCuttingProxy(server: Address): Promise<CuttingProxy> {
  let left = Number.POSITIVE_INFINITY;
  const listening = await listenOnLoopback((client) => relay(client, dialUpstream(server), mayPass));
  const mayPass = (type: string) => {
    if (left === 0) return false;
    if (type === 'D') left -= 1;
    return true;
  };
  return { ...listening, cutAfter: (rows) => (left = rows) };
}

function relay(client: Socket, upstream: Socket, mayPass: (type: string) => boolean): void {
  const fromServer = messageSplitter(({ type, bytes }) => {
    if (client.writableEnded) return;
    if (mayPass(type)) client.write(bytes);
    else client.end();
  });
  upstream.on('data', fromServer);
  client.on('data', (bytes) => upstream.write(bytes));
  // The server learns of it when it has done what it was sent.
  client.once('close', () => upstream.end());
  upstream.once('close', () => client.end());
}
