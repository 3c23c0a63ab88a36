import { Socket } from 'node:net';
import type Client from 'pg/lib/client.js';
import { coerceError, type Problem, RemediationError } from '../../core/base/errors.ts';
import { serverAnswer } from '../../core/base/sqlstate.ts';
import { type Attempted, classifyAnswer, type Silence } from './attempted.ts';
import { clientOnSocket } from './client-on-socket.ts';
import { beginSession } from './open-session.ts';
import {
  type KnownStartup,
  knownStartup,
  STATEMENT_TIMEOUT_MS,
  type Startup,
  startupOptions,
} from './startup.ts';
import { type Credentials, type Target, type TlsOptions, targetText } from './target.ts';
import { isTlsCode } from './tls-code.ts';
import { watchLogin } from './watch-login.ts';
import { learnFromHang, withStartup } from './with-startup.ts';

/** The time for one attempt. Under a storm, a connect that succeeds takes up to 270 ms. */
const ATTEMPT_TIMEOUT_MS = 4_000;
/** The time to end in good order for a try that is no longer needed. */
const LOSER_MS = 500;

export type AttemptOptions = {
  /** The time that is left. An attempt takes longer than its own time only if `hangs` allows it. */
  readonly withinMs?: number;
  /** Ends the attempt, because another one has a session. */
  readonly over?: AbortSignal;
  /** Called when the login has taken as long as an attempt may. True means to wait on, as long as time is left. */
  readonly hangs?: () => boolean;
  /** Called with the local address of the connection when it is open. */
  readonly reached?: (address: string) => void;
  /** Called while the server starts a process for our session. */
  readonly onHandshake?: () => void;
  /** What is known of the options that the server accepts. This login may add to it. */
  readonly startup?: KnownStartup;
};

/** Opens one session within a limited time. If none opens, the socket is destroyed. */
export async function attemptSession(
  target: Target,
  tls: TlsOptions,
  credentials: Credentials,
  { withinMs = ATTEMPT_TIMEOUT_MS, startup = knownStartup(), ...more }: AttemptOptions = {},
): Promise<Attempted> {
  const until = Date.now() + withinMs;
  const hangs = () => {
    learnFromHang(startup);
    return more.hangs?.() ?? false;
  };
  return await withStartup(startup, (sent) =>
    attemptLogin(target, tls, credentials, { ...more, hangs, withinMs: until - Date.now(), sent }),
  );
}

type LoginOptions = Omit<AttemptOptions, 'startup' | 'withinMs' | 'hangs'> & {
  readonly hangs: () => boolean;
  readonly withinMs: number;
  readonly sent: Startup;
};

async function attemptLogin(
  target: Target,
  tls: TlsOptions,
  credentials: Credentials,
  { withinMs, sent, over, reached, hangs, onHandshake }: LoginOptions,
): Promise<Attempted> {
  const socket = new Socket();
  socket.once('connect', () => socket.localAddress && reached?.(socket.localAddress));
  // After the driver, which sends its first message when the socket is connected.
  if (onHandshake) socket.once('connect', () => setImmediate(onHandshake));
  const refusesTls = watchTlsAnswer(socket, tls !== false);
  const client = clientOnSocket(socket, target, tls, credentials, startupOptions(sent), {
    keepAlive: true,
    pipeline: true,
    query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
  });
  watchLogin(client, targetText(target), credentials);
  const brokenBy = watchBreaking(client);
  const silence = watchSilence(socket, withinMs, hangs);
  over?.addEventListener('abort', silence.breakOff, { once: true });
  try {
    await client.connect();
    silence.isIn();
    const session = await beginSession(client, socket, target);
    return { kind: 'in', session: { ...session, brokenBy } };
  } catch (error) {
    socket.destroy();
    // If the session ended before its first statement, that statement fails without the reason. `brokenBy` knows it.
    return classify(
      serverAnswer(error) === null ? (brokenBy() ?? error) : error,
      target,
      credentials,
      refusesTls(),
    );
  } finally {
    silence.isOver();
    over?.removeEventListener('abort', silence.breakOff);
  }
}

/** The time was over before the login was. `how` says how far the server came. */
class SilentServer extends Error {
  readonly how: Silence;
  constructor(how: Silence) {
    super(how);
    this.how = how;
  }
}

/**
 * Ends a login that takes too long. Our first statement is part of the login. Without a connection, it ends after the time
 * of an attempt. With a connection, it ends then too, unless `hangs` lets it wait on. When it is no longer needed, it ends
 * after LOSER_MS.
 */
function watchSilence(socket: Socket, withinMs: number, hangs: () => boolean) {
  const startedAt = Date.now();
  let isReached = false;
  let isIn = false;
  socket.once('connect', () => (isReached = true));
  const end = () => {
    const isLong = Date.now() - startedAt >= ATTEMPT_TIMEOUT_MS;
    const hung = isIn ? 'unanswered' : 'hanging';
    socket.destroy(new SilentServer(isReached ? (isLong ? hung : 'cut-off') : 'silent'));
  };
  const endOrWait = () => {
    if (withinMs <= ATTEMPT_TIMEOUT_MS || !isReached || !hangs()) return end();
    timer = setTimeout(end, withinMs - ATTEMPT_TIMEOUT_MS);
  };
  let timer = setTimeout(endOrWait, Math.min(ATTEMPT_TIMEOUT_MS, withinMs));
  const breakOff = () => {
    clearTimeout(timer);
    timer = setTimeout(end, LOSER_MS);
  };
  return { breakOff, isIn: () => (isIn = true), isOver: () => clearTimeout(timer) };
}

/** A server that cannot start another process, or a busy resolver, causes these codes. The next try may succeed. */
const BROKEN_OFF: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'EAI_AGAIN']);

/** The server answers the TLS request with one byte: `S` is yes, `N` is no, any other is a refusal without a code. */
function watchTlsAnswer(socket: Socket, asked: boolean): () => 'none' | 'refusal' | null {
  let first: string | null = null;
  if (asked) socket.once('data', (bytes: Buffer) => (first = bytes.toString('latin1', 0, 1)));
  return () => (first === 'N' ? 'none' : first !== null && first !== 'S' ? 'refusal' : null);
}

/** A session may break at any time. A waiting statement fails with the error; later statements find the error here. */
function watchBreaking(client: Client): () => unknown {
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  return () => errors[0] ?? null;
}

function classify(
  error: unknown,
  target: Target,
  credentials: Credentials,
  refusesTls: 'none' | 'refusal' | null,
): Attempted {
  const answer = serverAnswer(error);
  const where = targetText(target);
  if (answer !== null) return classifyAnswer(answer, error, target, credentials);
  if (error instanceof RemediationError) return { kind: 'denied', answer, problem: error.toProblem() };
  if (error instanceof SilentServer) return { kind: 'refused', answer, fullness: error.how };
  if (refusesTls === 'refusal') return { kind: 'refused', answer, fullness: 'tls' };
  const denied = (code: Problem['code'], message: string): Attempted => ({
    kind: 'denied',
    answer,
    problem: { code, message },
  });
  if (refusesTls === 'none') {
    return denied(
      'connect-tls',
      `The server at ${where} offers no TLS: switch ssl on there, or, where the network is trusted, switch TLS off: "tls": "off" in the declaration, sslmode=disable in a URL.`,
    );
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (BROKEN_OFF.has(code)) return { kind: 'refused', answer, fullness: 'broken-off' };
  const detail = coerceError(error).message;
  if (isTlsCode(code)) {
    return denied(
      'connect-tls',
      `The certificate of ${where} does not verify (${code}: ${detail}): use the name it was issued for, and a CA file that holds its issuer.`,
    );
  }
  return denied(
    'connect-unreachable',
    `No connection to ${where} (${code || 'closed'}: ${detail}): check that the server runs, its name, and the security groups in between.`,
  );
}
