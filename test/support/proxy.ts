import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** Below the ports that systems give to outgoing connections, and above those of the test servers. */
const PORTS = { first: 30_000, count: 2_700 };
const TRIES = 20;

export type Address = { readonly host: string; readonly port: number };
export type Listening = Address & AsyncDisposable;

/** Takes connections on loopback until it is disposed of, which also ends the open ones. */
export async function listenOnLoopback(take: (client: Socket) => void): Promise<Listening> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => {});
    client.once('close', () => open.delete(client));
    take(client);
  });
  const port = await listen(server);
  const dispose = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const client of open) client.destroy();
    await closed;
  };
  return { host: '127.0.0.1', port, [Symbol.asyncDispose]: dispose };
}

async function listen(server: Server): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === TRIES) throw error;
    }
  }
}

/** A socket to the server behind a proxy. Errors only close it. */
export function dialUpstream({ host, port }: Address): Socket {
  const upstream = dial(port, host);
  upstream.on('error', () => {});
  return upstream;
}

/** One message of the server: the letter of its type, and all of its bytes. */
export type Message = { readonly type: string; readonly bytes: Buffer };

/** Splits the server's stream into messages (type, length, content), however the network has split it. */
export function messageSplitter(take: (message: Message) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 5) {
      const length = 1 + rest.readUInt32BE(1);
      if (rest.length < length) return;
      take({ type: rest.toString('latin1', 0, 1), bytes: rest.subarray(0, length) });
      rest = rest.subarray(length);
    }
  };
}
