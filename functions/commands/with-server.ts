import { access, constants } from 'node:fs/promises';
import { type ErrorCode, invalid, RemediationError } from '../core/base/errors.ts';
import { DEFAULT_STATEMENTS } from '../core/server/statement-choice.ts';
import { targetText } from '../postgres/connection/target.ts';
import { serverPorts } from '../postgres/server-ports.ts';
import type { Database, RemediatePorts } from '../remediate/ports.ts';
import { parseServerUrl, type ServerUrl } from './server-url.ts';
import { printNote } from './terminal.ts';

/** The same time that a run has to connect. */
const CONNECT_MS = 20_000;
/** A connect that takes longer prints a line about it. */
const SILENT_MS = 1_000;

/** A server that a command may connect to. */
export type Server = ServerUrl & {
  readonly name: string;
  readonly ports: (log: RemediatePorts['log']) => RemediatePorts;
};

/** @throws RemediationError `config-invalid` for a URL that does not parse or names a file that cannot be read. */
export async function serverOf(url: string, statements = DEFAULT_STATEMENTS): Promise<Server> {
  const { target: named, credentials } = parseServerUrl(url, process.env);
  const target = { ...named, statements };
  if (target.tls.mode === 'verify' && typeof target.tls.caFile === 'string')
    await requireReadable(target.tls.caFile);
  return {
    target,
    credentials,
    name: targetText(target),
    ports: (log) => serverPorts(target, async (refused) => (refused === 0 ? credentials : null), log),
  };
}

async function requireReadable(caFile: string): Promise<void> {
  try {
    await access(caFile, constants.R_OK);
  } catch {
    const finding = {
      path: 'sslrootcert',
      found: 'a file that cannot be read',
      allowed: 'the path of a PEM file',
    };
    throw invalid('config-invalid', 'The URL', [finding]);
  }
}

/**
 * Opens a session as a run does, passes it to `use`, and closes it afterwards.
 * @throws RemediationError `connect-*` when no session can be opened.
 */
export async function withServer<Result>(
  server: Server,
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  const patience = setTimeout(
    () => printNote(`Still trying to connect to ${server.name} (up to ${CONNECT_MS / 1_000} s)`),
    SILENT_MS,
  );
  const { connect, now } = server.ports(() => {});
  const connection = await connect(now() + CONNECT_MS).finally(() => clearTimeout(patience));
  if ('problem' in connection) {
    const { code, message } = connection.problem;
    throw new RemediationError(code, withAdvice(code, message, server));
  }
  try {
    return await use(connection.database);
  } finally {
    await connection.database.close();
  }
}

/** Advice for people who gave a URL. The messages of a failed connect speak of a run's configuration instead. */
const ADVICE: Partial<Readonly<Record<ErrorCode, string>>> = {
  'connect-tls':
    'In the URL, sslrootcert=FILE names the authorities to trust (on RDS: its global bundle). sslmode=disable switches TLS off: everything is sent unencrypted.',
  'connect-database-limit': 'In the URL, name another database after the last slash.',
};
/**
 * A client without a password closes the connection when the server asks for one. That looks like a broken connection.
 */
const MAY_LACK_PASSWORD: ReadonlySet<ErrorCode> = new Set(['connect-denied', 'connect-unreachable']);

export function withAdvice(code: ErrorCode, message: string, { credentials, target }: Server): string {
  const lines = [message, ADVICE[code]];
  if (code === 'connect-denied')
    lines.push(`We used role "${credentials.user}" and database "${target.database}".`);
  if (credentials.password === '' && MAY_LACK_PASSWORD.has(code))
    lines.push('No password was given. If the server asks for one, set PGPASSWORD.');
  return lines.filter((line) => line !== undefined).join('\n');
}
