import { connect as dial, type Socket } from 'node:net';
import { type Address, type Listening, listenOnLoopback } from '../support/proxy.ts';

/** A host of the loopback network from which clients reach the server, until its cable is pulled. */
export type Host = Listening & {
  /** From now on nothing arrives in either direction, and the server does not learn of it. */
  readonly pullCable: () => void;
  /** The clients read no more answers, so answers of the server pile up on the way. */
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
