import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, dialUpstream, type Listening, listenOnLoopback } from './proxy.ts';

type Speed = {
  /** One way. */
  readonly latencyMs?: number;
  readonly bytesPerSecond?: number;
};

export type SlowNetwork = Listening & {
  /**
   * From now on nothing arrives in either direction, and neither side learns of it, also not when the other has gone.
   */
  readonly swallow: () => void;
};

/** A network between clients and a server that is slow or has little bandwidth, until it swallows everything. */
export async function startSlowNetwork(server: Address, speed: Speed = {}): Promise<SlowNetwork> {
  const network = { swallows: false };
  const upstreams: Socket[] = [];
  const listening = await listenOnLoopback((client) => {
    const upstream = dialUpstream(server);
    upstreams.push(upstream);
    carry(client, upstream, speed, network);
    carry(upstream, client, speed, network);
  });
  const dispose = async () => {
    await listening[Symbol.asyncDispose]();
    for (const upstream of upstreams) upstream.destroy();
  };
  return { ...listening, swallow: () => (network.swallows = true), [Symbol.asyncDispose]: dispose };
}

/** One direction: what is sent arrives in order, each piece when the line had the time for it. */
function carry(
  from: Socket,
  to: Socket,
  { latencyMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY }: Speed,
  network: { readonly swallows: boolean },
): void {
  let isFreeAt = 0;
  let before: Promise<unknown> = Promise.resolve();
  const later = (bytes: number, deliver: () => void) => {
    isFreeAt = Math.max(isFreeAt, Date.now()) + (bytes / bytesPerSecond) * 1_000;
    const arrivesAt = isFreeAt + latencyMs;
    before = before
      .then(() => sleep(Math.max(0, arrivesAt - Date.now())))
      .then(() => {
        if (!network.swallows) deliver();
      });
  };
  from.on('data', (bytes: Buffer) => later(bytes.length, () => to.write(bytes)));
  from.once('close', () => later(0, () => to.end()));
}
