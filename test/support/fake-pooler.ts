import type { Socket } from 'node:net';
import { type Address, dialUpstream, type Listening, listenOnLoopback, messageSplitter } from './proxy.ts';

/**
 * A pooler in session mode, as its clients see it: it answers with a process id of its own, as PgBouncer does, and gives
 * the server session of a client that left to the next client. It has one server session and one client at a time.
 */
export async function startFakePooler(server: Address): Promise<Listening> {
  let pooled: Pooled | null = null;
  const listening = await listenOnLoopback((client) => {
    if (pooled === null) pooled = firstClient(client, dialUpstream(server));
    else nextClient(client, pooled);
  });
  const dispose = async () => {
    await listening[Symbol.asyncDispose]();
    pooled?.upstream.destroy();
  };
  return { ...listening, [Symbol.asyncDispose]: dispose };
}

type Pooled = {
  readonly upstream: Socket;
  /** What the server sent between the password and its first `ready`. Every client gets it. */
  readonly greeting: Buffer[];
  client: Socket;
};

/** Passes the login through. After it the server session belongs to the pooler. */
function firstClient(client: Socket, upstream: Socket): Pooled {
  const pooled: Pooled = { upstream, greeting: [], client };
  let greeted = false;
  const fromServer = messageSplitter(({ type, bytes }) => {
    const sent = type === 'K' ? withOtherProcessId(bytes) : bytes;
    pooled.client.write(sent);
    if (greeted || (pooled.greeting.length === 0 && !isAuthenticationOk(type, bytes))) return;
    pooled.greeting.push(Buffer.from(sent));
    greeted = type === 'Z';
  });
  upstream.on('data', fromServer);
  upstream.once('close', () => pooled.client.destroy());
  passOn(client, upstream);
  return pooled;
}

/** The pooler answers the startup message itself, without checking the user. */
function nextClient(client: Socket, pooled: Pooled): void {
  pooled.client = client;
  client.once('data', () => {
    passOn(client, pooled.upstream);
    client.write(Buffer.concat(pooled.greeting));
  });
}

/** Passes everything on except the goodbye, because the server session stays when a client leaves. */
function passOn(client: Socket, upstream: Socket): void {
  client.on('data', (bytes) => {
    const isGoodbye = bytes.length === 5 && bytes.toString('latin1', 0, 1) === 'X';
    if (!isGoodbye) upstream.write(bytes);
  });
}

function isAuthenticationOk(type: string, bytes: Buffer): boolean {
  return type === 'R' && bytes.readUInt32BE(5) === 0;
}

function withOtherProcessId(backendKeyData: Buffer): Buffer {
  const changed = Buffer.from(backendKeyData);
  changed.writeUInt32BE(changed.readUInt32BE(5) ^ 1, 5);
  return changed;
}
