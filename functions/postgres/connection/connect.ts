import { coerceError } from '../../core/base/errors.ts';
import { sleep } from '../../core/base/sleep.ts';
import { WRONG_PASSWORD } from '../../core/base/sqlstate.ts';
import type { Connection } from '../../remediate/ports.ts';
import { attemptSession } from './attempt.ts';
import { countOne, type Getting, type Opened, toOpened } from './connect-attempts.ts';
import { databaseOf } from './database.ts';
import type { KnownSlots } from './known-slots.ts';
import type { OpenSession } from './open-session.ts';
import { type Pace, paceOf } from './pace.ts';
import { type KnownStartup, knownStartup } from './startup.ts';
import { type CredentialSource, type Target, type TlsOptions, tlsOptions } from './target.ts';

/**
 * Connects in flight at once, once the first was refused; our advice reserves as many slots. `npm run bench -- storm` on
 * two busy cores, 16 and 18, a full server and 200 clients that come again: three were in after 1 s in the median and
 * 3.5 s at most. One was in after 0.7 to 1.7 s and after 7 s at most, eight after 0.6 s and 2 s.
 */
const IN_FLIGHT = 3;
/** A login that hangs is waited for, and no other takes its place: those that are given up would stay on the server. */
const MOST_HANGING = 2;
/** A source is asked again this often at most: for the current copy of a secret, a pending and a previous one. */
const MOST_REFUSED = 3;

export type Lent = {
  /** What outlasts one run. */
  readonly slots?: KnownSlots;
  readonly startup?: KnownStartup;
  /** That of the run, which may have to get in twice. */
  readonly pace?: Pace;
  /** Called when the server has been asked: what can be done until it answers. */
  readonly meanwhile?: () => void;
};

/**
 * Gets in while nobody gets in: tries until `deadline` (milliseconds since the epoch), one session in the end. Nothing
 * that the server, the network or the secret does makes it throw.
 */
export async function connect(
  target: Target,
  source: CredentialSource,
  deadline: number,
  { slots, ...lent }: Lent = {},
): Promise<Connection> {
  const { session, problem, connecting } = await openSession(target, source, deadline, lent);
  return session === null
    ? { problem, connecting }
    : { database: databaseOf(session, target.statements, slots), connecting };
}

/** The same, and lends the session itself. */
export async function openSession(
  target: Target,
  source: CredentialSource,
  deadline: number,
  { startup = knownStartup(), pace = paceOf(), meanwhile = () => {} }: Omit<Lent, 'slots'> = {},
): Promise<Opened> {
  const getting: Getting = {
    target,
    source,
    startedAt: Date.now(),
    deadline,
    user: '',
    tries: 0,
    address: null,
    refusals: new Map(),
    hindrances: new Map(),
    credentials: source(0),
    refused: 0,
    end: null,
    over: new AbortController(),
    meanwhile,
    startup,
    pace,
    hanging: 0,
    firstHangs: Promise.withResolvers(),
  };
  // The first try awaits them; should it never come to that, their failure is nobody's.
  getting.credentials.catch(() => {});
  pace.begin(getting.startedAt, deadline);
  try {
    await tryInLanes(getting, tlsOptions(target));
  } catch (thrown) {
    getting.end ??= coerceError(thrown).toProblem();
  }
  return toOpened(getting);
}

/** One try first. Several lanes where it was refused, and one more lane where its login hangs. */
async function tryInLanes(getting: Getting, tls: TlsOptions): Promise<void> {
  const first = keepTrying(getting, tls, false, 1);
  await Promise.race([first, getting.firstHangs.promise]);
  const isHanging = getting.hanging > 0;
  const spaced = (await getting.credentials)?.isToken === true;
  const count = spaced || isHanging ? 1 : IN_FLIGHT;
  const lanes = Array.from({ length: count }, () => keepTrying(getting, tls, spaced));
  // All of them have ended before anything else is done: no try is left to open a session later.
  for (const lane of await Promise.allSettled([first, ...lanes]))
    if (lane.status === 'rejected') throw lane.reason;
}

async function keepTrying(
  getting: Getting,
  tls: TlsOptions,
  spaced: boolean,
  most = Infinity,
): Promise<void> {
  const goesOn = () => getting.end === null && leftMs(getting) > 0 && getting.hanging < MOST_HANGING;
  for (let tries = 0; tries < most && goesOn(); tries += 1) {
    const waitMs = getting.pace.next(Date.now(), spaced);
    if (waitMs === null) return;
    if (waitMs > 0) await sleep(Math.min(waitMs, leftMs(getting)));
    if (goesOn()) await tryOnce(getting, tls);
  }
}

function leftMs({ deadline }: Getting): number {
  return deadline - Date.now();
}

async function tryOnce(getting: Getting, tls: TlsOptions): Promise<void> {
  const used = getting.credentials;
  const credentials = await used;
  // Whoever heard that there are no others ends the search; and meanwhile another try may have got in.
  if (credentials === null || getting.end !== null) return;
  getting.user = credentials.user;
  getting.tries += 1;
  let isHanging = false;
  const attempted = await attemptSession(getting.target, tls, credentials, {
    withinMs: leftMs(getting),
    hangs: () => {
      if (getting.hanging >= MOST_HANGING) return false;
      isHanging = true;
      getting.hanging += 1;
      getting.firstHangs.resolve();
      return true;
    },
    over: getting.over.signal,
    reached: (address) => {
      getting.address = address;
    },
    meanwhile: getting.meanwhile,
    startup: getting.startup,
  });
  if (isHanging) getting.hanging -= 1;
  if (attempted.kind !== 'in' && !getting.over.signal.aborted) {
    const { sqlstate = '', routine = '' } = attempted.answer ?? {};
    countOne(getting.refusals, `${sqlstate} ${routine}`);
  }
  if (attempted.kind === 'in') return await getIn(getting, attempted.session);
  if (getting.end !== null) return;
  if (attempted.kind === 'refused') countOne(getting.hindrances, attempted.fullness);
  else if (attempted.answer?.sqlstate === WRONG_PASSWORD && (await hasOthers(getting, used))) {
    await tryOnce(getting, tls);
  } else getting.end ??= attempted.problem;
}

/** The first session is the one, whatever another try heard; a second slot goes back before the snapshot. */
async function getIn(getting: Getting, session: OpenSession): Promise<void> {
  if (getting.end !== null && 'client' in getting.end) return await session.close();
  getting.end = session;
  getting.over.abort();
}

/** A rotation may be under way. The source is asked once for all who tried the credentials that turned out wrong. */
async function hasOthers(getting: Getting, used: Getting['credentials']): Promise<boolean> {
  if (used === getting.credentials) {
    if (getting.refused === MOST_REFUSED) return false;
    getting.refused += 1;
    getting.credentials = getting.source(getting.refused);
  }
  return (await getting.credentials) !== null;
}
