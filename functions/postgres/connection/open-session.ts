import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { RemediationError } from '../../core/base/errors.ts';
import { serverAnswer, UNDEFINED_OBJECT } from '../../core/base/sqlstate.ts';
import { postgresql } from '../postgresql/postgresql.ts';
import { BEGIN_SESSION } from '../postgresql/sql/begin-session.ts';
import type { Dialect } from './dialect.ts';
import { foreignSettings } from './foreign-settings.ts';
import { IDLE_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from './startup.ts';
import { type Target, targetText } from './target.ts';

/** The goodbye is a courtesy: after this the socket is destroyed. */
const GOODBYE_MS = 500;
/** The first statement belongs to the login, whose time bounds it: the driver must not end it earlier. */
const NO_BOUND_MS = 2 ** 31 - 1;

export type OpenSession = {
  readonly client: Client;
  /** What `version()` says. */
  readonly product: string;
  readonly versionNumber: number;
  readonly dialect: Dialect;
  /** The error that ended the session while nobody waited for an answer, or null. */
  readonly brokenBy: () => unknown;
  readonly close: () => Promise<void>;
};

type Answer = {
  readonly pid: number | string;
  readonly version: string;
  readonly number: number;
  readonly port: number | null;
  /** Settings that are not as we set them. */
  readonly foreign: string | null;
};

/**
 * Learns who answers, and sets path and bounds of our session.
 * @throws RemediationError `pooler-in-between`, `connect-failed` where the settings are not ours afterwards, or whatever
 * the statement came to.
 */
export async function beginSession(
  client: Client,
  socket: Socket,
  target: Target,
): Promise<Omit<OpenSession, 'brokenBy'>> {
  // The protocol's process id is the pooler's when one answers, the function's is always the server's.
  const processId: unknown = Reflect.get(client, 'processID');
  const first = { text: BEGIN_SESSION, values: [processId], query_timeout: NO_BOUND_MS };
  const { rows } = await client.query(first);
  const { pid, version: product, number: versionNumber, port, foreign } = rows[0] as Answer;
  const open = { client, product, versionNumber, close: () => goodbye(client, socket) };
  if (isGaussdb(product)) return { ...open, dialect: await beginGaussdb(client, target) };
  // pgpool-II passes the server's process id on. What came from another port than ours has passed something on its way.
  const isDirect = pid === processId && (port === (socket.localPort ?? null) || !(await isPgPool(client)));
  if (isDirect) {
    if (foreign !== null) throw foreignSettings(target, foreign);
    return { ...open, dialect: postgresql(versionNumber) };
  }
  const message = `A pooler answers at ${targetText(target)}: name the server's own host and port, sessions can only be told apart there.`;
  throw new RemediationError('pooler-in-between', message);
}

/** A server has no such setting, and says so in its log: it is asked only where something is in between. */
async function isPgPool(client: Client): Promise<boolean> {
  try {
    await client.query('SHOW pool_version');
    return true;
  } catch (error) {
    if (serverAnswer(error)?.sqlstate !== UNDEFINED_OBJECT) throw error;
    return false;
  }
}

/**
 * `PostgreSQL 9.2.4 (GaussDB 8.1.3 build …)` is what GaussDB(DWS) says, `… (GaussDB Kernel 505.2.0 build …)` GaussDB, and
 * `(openGauss 5.0.0 build …)` openGauss.
 */
function isGaussdb(product: string): boolean {
  return /\b(gaussdb|opengauss)\b/i.test(product);
}

/** Loaded there only. */
async function beginGaussdb(client: Client, target: Target): Promise<Dialect> {
  const { boundGaussdb } = await import('../gaussdb/gaussdb.ts');
  return await boundGaussdb(client, target, STATEMENT_TIMEOUT_MS, IDLE_TIMEOUT_MS);
}

async function goodbye(client: Client, socket: Socket): Promise<void> {
  const bound = setTimeout(() => socket.destroy(), GOODBYE_MS);
  await client.end().catch(() => {});
  clearTimeout(bound);
  socket.destroy();
}
