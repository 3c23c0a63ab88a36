import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { INSUFFICIENT_PRIVILEGE, serverAnswer } from '../../core/base/sqlstate.ts';
import { postgresql } from '../postgresql/postgresql.ts';
import { BEGIN_SESSION } from '../postgresql/sql/begin-session.ts';
import { checkSession } from '../postgresql/sql/check-session.ts';
import type { Dialect } from './dialect.ts';
import { foreignSettings } from './foreign-settings.ts';
import { poolerInBetween } from './pooler-in-between.ts';
import { refuseByVersion, refuseForeign } from './refuse-foreign.ts';
import { sessionDigest } from './session-digest.ts';
import { IDLE_TIMEOUT_MS, STATEMENT_TIMEOUT_MS, type Startup } from './startup.ts';
import type { Target } from './target.ts';

/** Time to close in good order. After it the socket is destroyed. */
const GOODBYE_MS = 500;
/** The first statement is part of the login, which has its own time limit. The driver must not end it earlier. */
const NO_BOUND_MS = 2 ** 31 - 1;

export type OpenSession = {
  readonly client: Client;
  /** What `version()` says. */
  readonly product: string;
  readonly versionNumber: number;
  /** The server's process. Null for GaussDB. */
  readonly pid: number | null;
  /** The server sees another port than ours: a tunnel, a load balancer, or pgpool-II, which passes the process id on. */
  readonly isRelayed: boolean;
  readonly dialect: Dialect;
  /** The error that ended the session between statements, or null. */
  readonly brokenBy: () => unknown;
  readonly close: () => Promise<void>;
};

/** What a login reported, and the options that it sent. */
type Login = { readonly reported: ReadonlyMap<string, string>; readonly sent: Startup };

type Answer = {
  readonly pid: unknown;
  readonly version: string;
  readonly number: number;
  readonly port: number | null;
  /** Names of settings that differ from what we set, or null. */
  readonly foreign: string | null;
};
type Check = { readonly n: readonly [version: string, port: number | null, digest: string] };

/**
 * Learns which server answers, and sets path and bounds of our session.
 * @throws RemediationError `pooler-in-between`; `server-unsupported`; `connect-failed` if the settings are not ours afterwards; or the error of
 * the statement.
 */
export async function beginSession(
  client: Client,
  socket: Socket,
  target: Target,
  { reported, sent }: Login,
): Promise<Omit<OpenSession, 'brokenBy'>> {
  refuseForeign(target, reported, null);
  // The process id of the protocol is the pooler's if a pooler answers. The function always returns the server's.
  const processId: unknown = Reflect.get(client, 'processID');
  const answer = await firstAnswer(client, processId, { reported, sent }).catch(async (error: unknown) => {
    if (serverAnswer(error) !== null) await refuseByVersion(client, target, reported);
    throw error;
  });
  const { pid, version: product, number: versionNumber, port, foreign } = answer;
  refuseForeign(target, reported, product);
  const close = () => goodbye(client, socket);
  const open = { client, product, versionNumber, pid: null, isRelayed: false, close };
  if (isGaussdb(product)) return { ...open, dialect: await beginGaussdb(client, target) };
  if (pid !== processId) throw poolerInBetween(target, null);
  if (foreign !== null) throw foreignSettings(target, foreign);
  const known = typeof pid === 'number' ? pid : null;
  return {
    ...open,
    pid: known,
    isRelayed: port !== (socket.localPort ?? null),
    dialect: postgresql(versionNumber),
  };
}

async function firstAnswer(client: Client, processId: unknown, login: Login): Promise<Answer> {
  const checked = await checkedAnswer(client, processId, login);
  if (checked !== null) return checked;
  const begin = { text: BEGIN_SESSION, values: [processId], query_timeout: NO_BOUND_MS };
  const { rows } = await client.query(begin);
  return rows[0] as Answer;
}

/** Null where the session is to be set up: not all settings were sent, or something in between or a login trigger changed one. */
async function checkedAnswer(
  client: Client,
  processId: unknown,
  { reported, sent }: Login,
): Promise<Answer | null> {
  const digest = sessionDigest(sent, client.user ?? '');
  const number = versionNumberIn(reported.get('server_version') ?? '');
  if (digest === null || number === null || typeof processId !== 'number') return null;
  const check = { text: checkSession(processId), query_timeout: NO_BOUND_MS };
  const { rows } = await client.query(check).catch((error: unknown) => {
    if (serverAnswer(error)?.sqlstate === INSUFFICIENT_PRIVILEGE) return { rows: [] };
    throw error;
  });
  const [version, port, found] = (rows[0] as Check | undefined)?.n ?? [];
  if (version === undefined || port === undefined || found !== digest) return null;
  return { pid: processId, version, number, port, foreign: null };
}

/** `18.4 (Debian 18.4-1)` is 180004, `19rc1` is 190000. Null for versions that have three parts, which are before 10. */
function versionNumberIn(reported: string): number | null {
  const [, major, minor = '0'] = /^([1-9]\d)(?:\.(\d+))?(?![\d.])/.exec(reported) ?? [];
  return major === undefined ? null : Number(major) * 10_000 + Number(minor);
}

/**
 * GaussDB(DWS) answers `PostgreSQL 9.2.4 (GaussDB 8.1.3 build …)`, GaussDB `… (GaussDB Kernel 505.2.0 build …)`, and
 * openGauss `(openGauss 5.0.0 build …)`.
 */
function isGaussdb(product: string): boolean {
  return /\b(gaussdb|opengauss)\b/i.test(product);
}

/** Loaded only where it is needed. */
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
