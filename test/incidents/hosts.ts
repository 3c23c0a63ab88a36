import { connect as dial, type Socket } from 'node:net';
import { type Address, type Listening, listenOnLoopback } from '../support/proxy.ts';

/** A host of the loopback network that clients reach the server from, until its cable is pulled. */
export type Host = Listening & {
  /** Nothing arrives any more, in either direction, and the server is not told. */
  readonly pullCable: () => void;
  /** The clients take no answer any more: the server's wait on the way. */
  readonly holdAnswers: () => void;
};

export async function startHost({ host, port }: Address, localAddress: string): Promise<Host> {
  let isPulled = false;
  const upstreams: Socket[] = [];
  const listening = await listenOnLoopback((client) => {
    const upstream = dial({ host, port, localAddress });
    upstream.on('error', () => {});
    upstreams.push(upstream);
    client.on('data', (bytes) => isPulled || upstream.write(bytes));
    upstream.on('data', (bytes) => isPulled || client.write(bytes));
    client.once('close', () => isPulled || upstream.end());
    upstream.once('close', () => client.end());
  });
  return {
    ...listening,
    pullCable: () => (isPulled = true),
    holdAnswers: () => {
      for (const upstream of upstreams) upstream.pause();
    },
    [Symbol.asyncDispose]: async () => {
      await listening[Symbol.asyncDispose]();
      for (const upstream of upstreams) upstream.destroy();
    },
  };
}
