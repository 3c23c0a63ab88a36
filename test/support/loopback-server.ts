import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server } from 'node:net';

/**
 * Below the ports that systems give to clients (32768 and up on Linux), so that no outgoing connection has one of them.
 */
const LOWEST_PORT = 20_000;
const PORTS = 12_768;
/** With so many tries, two hundred servers at the same time would still find a port each. */
const TRIES = 20;

/** The account and region of all loopback services. */
export const LOOPBACK_ACCOUNT = '111122223333';
export const LOOPBACK_REGION = 'eu-west-1';

/** The environment that an SDK client needs. The keys are valid nowhere. */
export const LOOPBACK_IDENTITY = {
  AWS_REGION: LOOPBACK_REGION,
  AWS_ACCESS_KEY_ID: 'ASIALOOPBACKLOOPBACK',
  AWS_SECRET_ACCESS_KEY: 'loopback-secret-access-key',
  AWS_SESSION_TOKEN: 'loopback-session-token',
} as const;

export type LoopbackServer = {
  /** Host and port. */
  readonly address: string;
  /** Ends the open connections as well. */
  readonly close: () => Promise<void>;
};

/** `bytes` is a body that is not text. */
export type Answer = (
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
  bytes: Buffer<ArrayBuffer>,
) => void;

/** Starts an HTTP server on 127.0.0.1 that reads each request to its end before it answers. */
export async function startLoopbackServer(answer: Answer): Promise<LoopbackServer> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the client is gone, so there is no one to answer
    }
    const bytes = Buffer.concat(chunks);
    answer(request, bytes.toString(), response, bytes);
  });
  const port = await listenOnLoopback(server);
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { address: `127.0.0.1:${port}`, close };
}

/** Gives a server, HTTP or HTTPS, a port on 127.0.0.1 that no outgoing connection has. */
export async function listenOnLoopback(server: Server): Promise<number> {
  for (let tries = 1; ; tries++) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORTS);
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === TRIES) throw error;
    }
  }
}
