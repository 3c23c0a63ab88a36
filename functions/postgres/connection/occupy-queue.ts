import { Socket } from 'node:net';
import type { Target } from './target.ts';

/** Of a row of 48, three quarters are served before a proof is sent. Decision 65 has what was measured. */
const ROW = { length: 48, most: 36 } as const;
/** The limit for one connect. A storm of 200 clients opens as many connections in a quarter of a second. */
const MOST_ROWS = 5;
/** No client waits longer in a queue that moves. */
const MOST_MS = 1_000;

/** A row of our connections in the queue of a server. `begun` resolves when its first one is served. */
export type QueueRow = { readonly begun: Promise<void>; readonly mostServed: Promise<void> };

/**
 * Puts a row into the queue of the server at this address, as often as is allowed in one connect. A server whose queue is
 * shorter than a row, or that serves it too slowly, gets no other one.
 */
export function queueOccupier({ host, port }: Target): (address: string | null) => QueueRow {
  let rows = 0;
  const stop = () => {
    rows = MOST_ROWS;
  };
  return (address) => {
    if (rows === MOST_ROWS) return { begun: Promise.resolve(), mostServed: Promise.resolve() };
    rows += 1;
    return occupyQueue(address ?? host, port, stop);
  };
}

/**
 * Opens connections that say nothing and end. The server accepts connections one after the other and starts a process for
 * each, about one a millisecond. So from the moment that the first of ours is served until the last is, it serves no other
 * client. A connection that says nothing takes no slot, and the server writes nothing about it into its log.
 */
function occupyQueue(host: string, port: number, onUnserved: () => void): QueueRow {
  const [begun, mostServed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let served = 0;
  const countServed = () => {
    served += 1;
    begun.resolve();
    if (served === ROW.most) mostServed.resolve();
  };
  for (let opened = 0; opened < ROW.length; opened += 1) {
    const socket = new Socket();
    socket.once('connect', () => socket.end());
    socket.once('close', countServed);
    socket.on('error', () => {});
    socket.setTimeout(MOST_MS, () => {
      onUnserved();
      socket.destroy();
    });
    socket.resume();
    socket.connect(port, host);
  }
  return { begun: begun.promise, mostServed: mostServed.promise };
}
