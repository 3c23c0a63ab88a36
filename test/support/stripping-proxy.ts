import { dialUpstream, type Listening, listenOnLoopback } from './proxy.ts';
import type { Place } from './targets.ts';

/**
 * A proxy that silently drops the `options` of a startup packet, as PgBouncer may be configured to. `alter` changes
 * everything else that the client sends.
 */
export async function startStrippingProxy(
  { database, ...server }: Place,
  alter: (bytes: Buffer) => Buffer = (bytes) => bytes,
): Promise<Listening & Place> {
  const listening = await listenOnLoopback((client) => {
    const upstream = dialUpstream(server);
    client.once('data', (packet: Buffer) => {
      upstream.write(withoutOptions(packet));
      client.on('data', (bytes: Buffer) => upstream.write(alter(bytes)));
    });
    upstream.pipe(client);
    client.once('end', () => upstream.end());
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.end());
  });
  return { ...listening, ...(database !== undefined && { database }) };
}

/** Length, protocol, then names and values, each with a zero at its end, and one more at the end of all. */
function withoutOptions(packet: Buffer): Buffer {
  const texts = packet.toString('latin1', 8).split('\0');
  const at = texts.indexOf('options');
  if (at >= 0) texts.splice(at, 2);
  const rest = Buffer.from(texts.join('\0'), 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + rest.length, 0);
  packet.copy(head, 4, 4, 8);
  return Buffer.concat([head, rest]);
}
