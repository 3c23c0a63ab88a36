import { connect } from 'node:net';

/** What a client sends of itself before it logs in. Every text is possible in it, also line breaks. */
export type Startup = { readonly user: string; readonly database: string; readonly application?: string };

/** Sends only a startup packet. Resolves with the server's first answer, when its log has the line. */
export function sendStartup(port: number, { user, database, application = 'x' }: Startup): Promise<string> {
  const fields = ['user', user, 'database', database, 'application_name', application];
  const body = Buffer.from(`${fields.join('\0')}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  // Version 3.0 of the protocol.
  head.writeInt32BE(3 << 16, 4);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([head, body])));
    socket.on('data', (bytes) => {
      answer += bytes.toString('utf8');
      socket.destroy();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
