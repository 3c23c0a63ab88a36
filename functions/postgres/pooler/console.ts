import { Socket } from 'node:net';
import { clientOnSocket } from '../connection/client-on-socket.ts';
import { type Credentials, type Target, tlsOptions } from '../connection/target.ts';

/** Column by name: versions have different ones, and some say numbers as texts. */
export type Row = Readonly<Record<string, unknown>>;

/** Asks the console one thing, in the simple protocol: PgBouncer's knows no other, and pgpool would pass it on. */
export type Show = (command: string) => Promise<readonly Row[]>;

export class SilentConsole extends Error {}

/** The goodbye is a courtesy, for which nobody waits. */
const GOODBYE_MS = 200;

/** Lends a session with the console; whatever happens, its socket is closed when the time is up. `options` as in clientOn. */
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
    // A plain text goes out as it is; with values it would be prepared.
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

/** A whole number from 0, or null where the column is missing or holds none. */
export function numberColumn(row: Row, name: string): number | null {
  const text = textColumn(row, name);
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The values of rows that name a setting each. */
export function settingsOf(rows: readonly Row[], key: string): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [textColumn(row, key), textColumn(row, 'value')]));
}
