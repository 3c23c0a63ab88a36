import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Listening, listenOnLoopback } from './proxy.ts';

/** What GaussDB and openGauss send where PostgreSQL would not, byte by byte as openGauss's sources write it. */

const REQUEST_TLS = 80_877_103;

export type Served = {
  /** Sent once the client has sent its name. Then the connection is closed, as by a server that refuses. */
  readonly answer: Buffer;
  /** Accepts TLS with these; without them, it answers that it has no TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** How many bytes of the answer are sent at once. */
  readonly bytesAtOnce?: number;
};

/** Gives every client the same answer. */
export function serveGaussdb({ answer, tls, bytesAtOnce = answer.length }: Served): Promise<Listening> {
  return listenOnLoopback(async (socket) => {
    const client = await greeted(socket, tls).catch(() => null);
    client?.on('error', () => {});
    for (let from = 0; client !== null && from < answer.length; from += bytesAtOnce) {
      client.write(answer.subarray(from, from + bytesAtOnce));
      if (bytesAtOnce < answer.length) await new Promise((resolve) => setImmediate(resolve));
    }
  });
}

async function greeted(socket: Socket, tls: Served['tls']): Promise<Socket> {
  const [first] = (await once(socket, 'data')) as [Buffer];
  if (first.readUInt32BE(4) !== REQUEST_TLS) return socket;
  if (tls === undefined) {
    socket.write('N');
    return socket;
  }
  socket.write('S');
  const secure = new TLSSocket(socket, { isServer: true, ...tls });
  await once(secure, 'data');
  return secure;
}

function message(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const hex = (bytes: number) => Buffer.from('5a'.repeat(bytes), 'latin1');

/** `AUTH_REQ_SHA256` to a client with PostgreSQL's protocol: method, salt, token, the server's signature. */
export const ASKS_SHA256 = message('R', Buffer.concat([int32(10), int32(2), hex(32), hex(4), hex(32)]));
/** `AUTH_REQ_MD5_SHA256`: the password is stored as SHA-256 only, and pg_hba.conf says md5. */
export const ASKS_MD5_SHA256 = message('R', Buffer.concat([int32(11), hex(32)]));
/** `AUTH_REQ_SM3`. */
export const ASKS_SM3 = message('R', Buffer.concat([int32(13), int32(3), hex(32), hex(4), hex(32)]));

/** Any other method number, without further content. */
export function asksFor(way: number): Buffer {
  return message('R', int32(way));
}

/** Accepts the password and then refuses the client, because the limit is checked after the password. */
export function refuses(text: string, fields: Readonly<Record<string, string>> = {}): Buffer {
  const all = { S: 'FATAL', C: '53300', M: text, ...fields };
  const said = Object.entries(all).map(([key, value]) => `${key}${value}\0`);
  return Buffer.concat([asksFor(0), message('E', Buffer.from(`${said.join('')}\0`, 'latin1'))]);
}
