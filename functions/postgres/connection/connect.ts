import { coerceError } from '../../core/base/errors.ts';
import { sleep } from '../../core/base/sleep.ts';
import { WRONG_PASSWORD } from '../../core/base/sqlstate.ts';
import type { Connection } from '../../remediate/ports.ts';
import { attemptSession } from './attempt.ts';
import type { Attempted } from './attempted.ts';
import { type ConnectAttempts, increment, type Opened, toOpened } from './connect-attempts.ts';
import { databaseOf } from './database.ts';
import type { ReadyLogin } from './hold-proof.ts';
import type { KnownSlots } from './known-slots.ts';
import { queueOccupier } from './occupy-queue.ts';
import type { OpenSession } from './open-session.ts';
import { newPace, type Pace } from './pace.ts';
import { proveInTurn } from './prove-in-turn.ts';
import { type KnownStartup, knownStartup } from './startup.ts';
import { stormSigns } from './storm-signs.ts';
import {
  type CredentialSource,
  type Credentials,
  type Target,
  type TlsOptions,
  tlsOptions,
} from './target.ts';

/**
 * The number of tries at the same time after the first was refused. Our advice reserves as many slots. With one the tries
 * of a storm take too long, and eight write more lines into the server's log (`npm run bench -- storm`).
 */
const IN_FLIGHT = 3;
/** We wait for a login that hangs and do not replace it, because an abandoned login would stay on the server. */
const MOST_HANGING = 2;
/** A source is asked again at most this often: for the current copy of a secret, a pending and a previous one. */
const MOST_REFUSED = 3;

export type ConnectOptions = {
  /** What is known from earlier runs. */
  readonly slots?: KnownSlots;
  readonly startup?: KnownStartup;
  /** The pace of the run, which may have to connect twice. */
  readonly pace?: Pace;
  /** Called when the server has our request, for work that can be done until it answers. */
  readonly onHandshake?: () => void;
};

/**
 * Connects to a server that may have no free slot. Tries until `deadline` (milliseconds since the epoch) and keeps one
 * session. Failures of the server, the network and the secret are returned as a problem, not thrown.
 */
export async function connect(
  target: Target,
  source: CredentialSource,
  deadline: number,
  { slots, ...options }: ConnectOptions = {},
): Promise<Connection> {
  const { session, problem, connecting } = await openSession(target, source, deadline, options);
  return session === null
    ? { problem, connecting }
    : { database: databaseOf(session, target.statements, slots), connecting };
}

/** The same, but returns the session itself. */
export async function openSession(
  target: Target,
  source: CredentialSource,
  deadline: number,
  { startup = knownStartup(), pace = newPace(), onHandshake = () => {} }: Omit<ConnectOptions, 'slots'> = {},
): Promise<Opened> {
  const attempts: ConnectAttempts = {
    target,
    source,
    startedAt: Date.now(),
    deadline,
    user: '',
    tries: 0,
    waiting: [],
    turns: proveInTurn(queueOccupier(target)),
    signs: stormSigns(),
    address: null,
    refusals: new Map(),
    obstacles: new Map(),
    credentials: source(0),
    refused: 0,
    end: null,
    over: new AbortController(),
    onHandshake,
    startup,
    pace,
    hanging: 0,
    firstHangs: Promise.withResolvers(),
  };
  // The first try awaits the credentials. If there is no first try, their failure must not become an unhandled rejection.
  attempts.credentials.catch(() => {});
  pace.begin(attempts.startedAt, deadline);
  try {
    await tryInLanes(attempts, tlsOptions(target));
  } catch (thrown) {
    attempts.end ??= coerceError(thrown).toProblem();
  }
  return toOpened(attempts);
}

/** One try first. Several lanes if it was refused, and only one more lane if its login hangs. */
async function tryInLanes(attempts: ConnectAttempts, tls: TlsOptions): Promise<void> {
  const first = keepTrying(attempts, tls, false, 1);
  await Promise.race([first, attempts.firstHangs.promise]);
  const isHanging = attempts.hanging > 0;
  const spaced = (await attempts.credentials)?.isToken === true;
  const count = spaced || isHanging ? 1 : IN_FLIGHT;
  const lanes = Array.from({ length: count }, () => keepTrying(attempts, tls, spaced));
  // All tries must end before the caller goes on, so that none opens a session later.
  const ends = await Promise.allSettled([first, ...lanes]);
  attempts.turns.end();
  for (const end of [...ends, ...(await Promise.allSettled(attempts.waiting))])
    if (end.status === 'rejected') throw end.reason;
}

async function keepTrying(
  attempts: ConnectAttempts,
  tls: TlsOptions,
  spaced: boolean,
  most = Infinity,
): Promise<void> {
  const goesOn = () => attempts.end === null && leftMs(attempts) > 0 && attempts.hanging < MOST_HANGING;
  for (let tries = 0; tries < most && goesOn(); tries += 1) {
    const waitMs = attempts.pace.next(Date.now(), spaced);
    if (waitMs === null) return;
    if (waitMs > 0) await sleep(Math.min(waitMs, leftMs(attempts)));
    if (goesOn()) await untilItWaits(attempts, (waits) => tryOnce(attempts, tls, waits));
  }
}

function leftMs({ deadline }: ConnectAttempts): number {
  return deadline - Date.now();
}

/** Ends with the try, or earlier, when its login waits with its proof. */
async function untilItWaits(
  attempts: ConnectAttempts,
  run: (waits: () => void) => Promise<void>,
): Promise<void> {
  const waits = Promise.withResolvers<void>();
  const trying = run(() => {
    attempts.waiting.push(trying);
    waits.resolve();
  });
  await Promise.race([trying, waits.promise]);
}

async function tryOnce(attempts: ConnectAttempts, tls: TlsOptions, waits: () => void): Promise<void> {
  const used = attempts.credentials;
  const credentials = await used;
  // The try that got no others ends the search. Meanwhile another try may have a session.
  if (credentials === null || attempts.end !== null) return;
  attempts.user = credentials.user;
  attempts.tries += 1;
  const endTry = attempts.signs.begin();
  const attempted = await attemptOnce(attempts, tls, credentials, waits);
  endTry(attempted.kind === 'refused' ? attempted.fullness : null);
  if (attempted.kind === 'given-up') return;
  if (attempted.kind === 'in') return await getIn(attempts, attempted.session);
  if (!attempts.over.signal.aborted) {
    const { sqlstate = '', routine = '' } = attempted.answer ?? {};
    increment(attempts.refusals, `${sqlstate} ${routine}`);
  }
  if (attempts.end !== null) return;
  if (attempted.kind === 'refused') increment(attempts.obstacles, attempted.fullness);
  else if (attempted.answer?.sqlstate === WRONG_PASSWORD && (await hasOthers(attempts, used)))
    await tryOnce(attempts, tls, waits);
  else {
    attempts.end ??= attempted.problem;
    attempts.turns.end();
  }
  waitInStorm(attempts);
}

/** Where no client storms, no login waits. */
function waitInStorm({ signs, turns, pace, end }: ConnectAttempts): void {
  if (end !== null || !signs.isStormed()) return;
  const forMs = pace.eagerMs(Date.now());
  if (forMs > 0) turns.begin(forMs);
}

async function attemptOnce(
  attempts: ConnectAttempts,
  tls: TlsOptions,
  credentials: Credentials,
  waits: () => void,
): Promise<Attempted> {
  let isHanging = false;
  let ready: ReadyLogin | null = null;
  const attempted = await attemptSession(attempts.target, tls, credentials, {
    withinMs: leftMs(attempts),
    hangs: () => {
      if (attempts.hanging >= MOST_HANGING) return false;
      isHanging = true;
      attempts.hanging += 1;
      attempts.firstHangs.resolve();
      return true;
    },
    over: attempts.over.signal,
    reached: (address) => {
      attempts.address = address;
    },
    onHandshake: attempts.onHandshake,
    onProof: (login) => {
      ready = login;
      if (attempts.turns.add(login)) waits();
    },
    startup: attempts.startup,
  });
  if (isHanging) attempts.hanging -= 1;
  if (attempted.kind === 'given-up') attempts.tries -= 1;
  if (ready !== null) attempts.turns.remove(ready);
  return attempted;
}
/** The first session is kept, even if another try failed before. A second one is closed before the snapshot. */
async function getIn(attempts: ConnectAttempts, session: OpenSession): Promise<void> {
  if (attempts.end !== null && 'client' in attempts.end) return await session.close();
  attempts.end = session;
  attempts.over.abort();
  attempts.turns.end();
}

/** A rotation may be under way. The source is asked once for all tries that used the same wrong credentials. */
async function hasOthers(attempts: ConnectAttempts, used: ConnectAttempts['credentials']): Promise<boolean> {
  if (used === attempts.credentials) {
    if (attempts.refused === MOST_REFUSED) return false;
    attempts.refused += 1;
    attempts.credentials = attempts.source(attempts.refused);
  }
  return (await attempts.credentials) !== null;
}
