import type { Socket } from 'node:net';
import { type Address, dialUpstream, type Listening, listenOnLoopback, messageSplitter } from './proxy.ts';

export type CuttingProxy = Listening & {
  /** Lets so many more statements be answered, then cuts the connection off: what was sent before has been sent. */
  readonly cutAfter: (statements: number) => void;
};

/** A network that breaks at one exact point: between a client and the server, in the middle of the answers. */
export async function startCuttingProxy(server: Address): Promise<CuttingProxy> {
  let left = Number.POSITIVE_INFINITY;
  const listening = await listenOnLoopback((client) => relay(client, dialUpstream(server), mayPass));
  // A statement is answered when the server is ready for the next one.
  const mayPass = (type: string) => {
    if (left === 0) return false;
    if (type === 'Z') left -= 1;
    return true;
  };
  return { ...listening, cutAfter: (statements) => (left = statements) };
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
