import type { Socket } from 'node:net';
import type { Silence } from './attempted.ts';

/** The time for one attempt. Under a storm, a connect that succeeds takes up to 270 ms. */
export const ATTEMPT_TIMEOUT_MS = 4_000;
/** The time to end in good order for a try that is no longer needed. */
const LOSER_MS = 500;

/** The time was over before the login was. `how` says how far the server came. */
export class SilentServer extends Error {
  readonly how: Silence;
  constructor(how: Silence) {
    super(how);
    this.how = how;
  }
}

export type SilenceWatch = {
  /** The login waits for us, not for the server. */
  readonly pause: () => void;
  /** The login waits for the server again, and has the time of an attempt. */
  readonly goOn: () => void;
  /** The login is no longer needed. It ends after LOSER_MS. */
  readonly breakOff: () => void;
  /** The server has let us in. Our first statement is part of the login. */
  readonly isIn: () => void;
  readonly isOver: () => void;
};

/**
 * Ends a login that takes too long. Without a connection, it ends after the time of an attempt. With a connection, it ends
 * then too, unless `hangs` lets it wait on until `withinMs` are over.
 */
export function watchSilence(socket: Socket, withinMs: number, hangs: () => boolean): SilenceWatch {
  const until = Date.now() + withinMs;
  let startedAt = 0;
  let isReached = false;
  let isIn = false;
  let timer: NodeJS.Timeout;
  socket.once('connect', () => (isReached = true));
  const end = () => {
    const isLong = Date.now() - startedAt >= ATTEMPT_TIMEOUT_MS;
    const hung = isIn ? 'unanswered' : 'hanging';
    socket.destroy(new SilentServer(isReached ? (isLong ? hung : 'cut-off') : 'silent'));
  };
  const start = () => {
    startedAt = Date.now();
    const leftMs = Math.max(0, until - startedAt);
    const endOrWait = () => {
      if (leftMs <= ATTEMPT_TIMEOUT_MS || !isReached || !hangs()) return end();
      timer = setTimeout(end, leftMs - ATTEMPT_TIMEOUT_MS);
    };
    timer = setTimeout(endOrWait, Math.min(ATTEMPT_TIMEOUT_MS, leftMs));
  };
  start();
  return {
    pause: () => clearTimeout(timer),
    goOn: start,
    breakOff: () => {
      clearTimeout(timer);
      timer = setTimeout(end, LOSER_MS);
    },
    isIn: () => (isIn = true),
    isOver: () => clearTimeout(timer),
  };
}
