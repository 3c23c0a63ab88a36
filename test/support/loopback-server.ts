import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** Below the ports that systems hand out to clients (32768 and up on Linux), so no outgoing connection is in the way. */
const LOWEST_PORT = 20_000;
const PORTS = 12_768;
/** With this many tries, two hundred servers at a time would still find a port each. */
const TRIES = 20;

/** The account and region in which all loopback services pretend to be. */
export const LOOPBACK_ACCOUNT = '111122223333';
export const LOOPBACK_REGION = 'eu-west-1';

/** What an SDK client needs from its environment; the keys are worth nothing anywhere. */
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

/** `bytes` is the body that is not text. */
export type Answer = (
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
  bytes: Buffer<ArrayBuffer>,
) => void;

/** Starts an HTTP server on 127.0.0.1 which reads each request to its end before it is answered. */
export async function startLoopbackServer(answer: Answer): Promise<LoopbackServer> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the client is gone, and nobody is left to be answered
    }
    const bytes = Buffer.concat(chunks);
    answer(request, bytes.toString(), response, bytes);
  });
  const port = await listen(server);
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { address: `127.0.0.1:${port}`, close };
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
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
