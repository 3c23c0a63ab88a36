import { Socket } from 'node:net';
import { clientOnSocket } from '../connection/client-on-socket.ts';
import { type Credentials, type Target, tlsOptions } from '../connection/target.ts';

/** One row, by column name. Columns differ between versions, and some numbers come as text. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Sends one command to the console in the simple protocol: PgBouncer's console has no other, and pgpool would pass the
 * extended one on to a server.
 */
export type Show = (command: string) => Promise<readonly Row[]>;

export class SilentConsole extends Error {}

/** Time to close in good order. After it the socket is destroyed. */
const GOODBYE_MS = 200;

/**
 * Opens a session with the console and passes it to `use`. The socket is always closed when the time is up. `options` is
 * the same as in clientOnSocket.
 */
export async function withConsole<Result>(
  target: Target,
  credentials: Credentials,
  boundMs: number,
  options: string | null,
  use: (show: Show) => Promise<Result>,
): Promise<Result> {
  const tls = await tlsOptions(target);
  const socket = new Socket();
  const client = clientOnSocket(socket, target, tls, credentials, options);
  client.on('error', () => {});
  const silence = setTimeout(() => socket.destroy(new SilentConsole()), boundMs);
  try {
    await client.connect();
    // A text without values goes out in the simple protocol; with values it would be prepared.
    return await use(async (command) => (await client.query<Row>(command)).rows);
  } finally {
    clearTimeout(silence);
    setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
    client.end().catch(() => {});
  }
}

export function textColumn(row: Row, name: string): string {
  const value = row[name];
  return value === undefined || value === null ? '' : String(value);
}

/**
 * A whole number from 0, or null where the column is missing or holds something else. PgBouncer puts spaces before some.
 */
export function numberColumn(row: Row, name: string): number | null {
  const text = textColumn(row, name).trim();
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Settings by name, from rows of one setting each. */
export function settingsOf(rows: readonly Row[], key: string): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [textColumn(row, key), textColumn(row, 'value')]));
}
