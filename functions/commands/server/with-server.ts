import { type ErrorCode, RemediationError } from '../../core/base/errors.ts';
import type { Pace } from '../../postgres/connection/pace.ts';
import { CONNECT_MS } from '../../remediate/in-session.ts';
import type { Database } from '../../remediate/ports.ts';
import { printNote } from '../terminal.ts';
import { whileWaiting } from '../while-waiting.ts';
import type { Server } from './find-server.ts';

/** A connect that takes longer prints a line about it. */
const SILENT_MS = 1_000;

/**
 * Opens a session as a run does, at this pace, passes it to `use`, and closes it afterwards.
 * @throws RemediationError `connect-*` when no session can be opened.
 */
export async function withServer<Result>(
  server: Server,
  use: (database: Database) => Promise<Result>,
  pace: Pace,
): Promise<Result> {
  const patience = setTimeout(
    () => printNote(`Still trying to connect to ${server.name} (up to ${CONNECT_MS / 1_000} s)`),
    SILENT_MS,
  );
  const { connect, now } = server.ports(() => {}, pace);
  const connection = await connect(now() + CONNECT_MS).finally(() => clearTimeout(patience));
  if ('problem' in connection) {
    const { code, message } = connection.problem;
    throw new RemediationError(code, withAdvice(code, message, server));
  }
  try {
    const { database } = connection;
    return await whileWaiting(`Working on ${server.name}`, () => use(database));
  } finally {
    await connection.database.close();
  }
}

/** Advice for people at a terminal. The messages of a failed connect speak to people who declare a server. */
const ADVICE: Partial<Readonly<Record<ErrorCode, string>>> = {
  'connect-tls':
    'In the URL, sslrootcert=FILE names the authorities to trust (on RDS: its global bundle). sslmode=disable switches TLS off: everything is sent unencrypted.',
  'connect-database-limit': 'In the URL, name another database after the last slash.',
  'connect-password':
    'No password was given: set PGPASSWORD, add a line to ~/.pgpass (or the file that PGPASSFILE names), or run the command on a terminal, where it asks.',
};

/** What the system's word for a failed connect means. */
const REASONS = [
  ['ECONNREFUSED', 'Nothing listens on this port there: check host and port.'],
  ['ENOTFOUND', 'No host of this name is known here: check its spelling, and whether it needs a VPN.'],
  ['EAI_AGAIN', 'The name could not be looked up: check the network of this machine.'],
] as const;

export function withAdvice(code: ErrorCode, message: string, { credentials, target }: Server): string {
  const lines = [message, ADVICE[code]];
  if (code === 'connect-unreachable') lines.push(REASONS.find(([sign]) => message.includes(sign))?.[1]);
  if (code === 'connect-denied')
    lines.push(`We used role "${credentials.user}" and database "${target.database}".`);
  return lines.filter((line) => line !== undefined).join('\n');
}
