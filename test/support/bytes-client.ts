import pg from 'pg';
import type { Role, TestServer } from './postgres-server.ts';

/** A client whose encoding is SQL_ASCII: bytes reach the server unchanged, in its name and in its statements. */
export type BytesClient = {
  readonly pid: number;
  /** Sends a statement with these bytes, one character each. */
  readonly ask: (bytes: string) => Promise<void>;
  readonly isOpen: () => boolean;
  readonly close: () => Promise<void>;
};

type Wire = {
  readonly stream: { readonly write: (bytes: Buffer) => unknown };
  startup: (settings: Readonly<Record<string, string>>) => void;
};

/** `user` and `application` are bytes, one character each. The client ends with `close()` or with its server. */
export async function connectInBytes(
  server: TestServer,
  role: Role,
  { database, application }: { readonly database: string; readonly application?: string },
): Promise<BytesClient> {
  const client = new pg.Client(
    server.config(role, { database, ...(application !== undefined && { application_name: application }) }),
  );
  let isOpen = true;
  client.on('error', () => (isOpen = false));
  client.once('end', () => (isOpen = false));
  const wire = Reflect.get(client, 'connection') as unknown as Wire;
  wire.startup = (settings) =>
    wire.stream.write(startupMessage({ ...settings, client_encoding: 'SQL_ASCII' }));
  await client.connect();
  return {
    pid: Number(Reflect.get(client, 'processID')),
    isOpen: () => isOpen,
    close: () => client.end(),
    ask: (bytes) => askInBytes(client, bytes),
  };
}

/** Sends bytes itself, because the driver would write UTF-8. */
function askInBytes(client: pg.Client, bytes: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(bytes);
    Reflect.set(query, 'callback', (error: Error | null) => (error ? reject(error) : resolve()));
    Reflect.set(query, 'submit', ({ stream }: Wire) => {
      stream.write(message('Q', `${bytes}\0`));
      return null;
    });
    client.query(query);
  });
}

function startupMessage(settings: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(settings).map(([name, value]) => `${name}\0${value}\0`);
  return message('', `\0\x03\0\0${pairs.join('')}\0`);
}

function message(kind: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(kind, 'latin1'), length, Buffer.from(body, 'latin1')]);
}
