import { Socket } from 'node:net';
import type Client from 'pg/lib/client.js';
import { coerceError, type Problem, RemediationError } from '../../core/base/errors.ts';
import { serverAnswer } from '../../core/base/sqlstate.ts';
import { type Attempted, classifyAnswer } from './attempted.ts';
import { clientOnSocket } from './client-on-socket.ts';
import { holdProof, type ReadyLogin } from './hold-proof.ts';
import { beginSession } from './open-session.ts';
import { reportedParameters } from './reported-parameters.ts';
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
import { ATTEMPT_TIMEOUT_MS, type SilenceWatch, SilentServer, watchSilence } from './watch-silence.ts';
import { learnFromHang, withStartup } from './with-startup.ts';

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
  /** Called in place of sending the proof of our password. Without it the proof is sent at once. */
  readonly onProof?: (login: ReadyLogin) => void;
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
  { withinMs, sent, over, reached, hangs, onHandshake, onProof }: LoginOptions,
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
  const reported = reportedParameters(client);
  const brokenBy = watchBreaking(client);
  const silence = watchSilence(socket, withinMs, hangs);
  over?.addEventListener('abort', silence.breakOff, { once: true });
  const isGivenUp = onProof ? watchProof(client, silence, onProof) : () => false;
  try {
    await client.connect();
    silence.isIn();
    const session = await beginSession(client, socket, target, { reported, sent });
    return { kind: 'in', session: { ...session, brokenBy } };
  } catch (error) {
    socket.destroy();
    if (isGivenUp()) return { kind: 'given-up' };
    // If the session ended before its first statement, that statement fails without the reason. `brokenBy` knows it.
    const why = serverAnswer(error) === null ? (brokenBy() ?? error) : error;
    return classify(why, target, credentials, refusesTls());
  } finally {
    silence.isOver();
    over?.removeEventListener('abort', silence.breakOff);
  }
}

/** The time that a login waits with its proof is not the server's. Returns whether the login was given up. */
function watchProof(
  client: Client,
  silence: SilenceWatch,
  onProof: (login: ReadyLogin) => void,
): () => boolean {
  let isGivenUp = false;
  holdProof(client, ({ prove, giveUp, address }) => {
    silence.pause();
    onProof({
      address,
      prove: () => {
        silence.goOn();
        prove();
      },
      giveUp: () => {
        isGivenUp = true;
        silence.breakOff();
        giveUp();
      },
    });
  });
  return () => isGivenUp;
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
