import { coerceError, type Problem } from '../core/errors.ts';
import type { Connecting } from '../core/record.ts';
import { sleep } from '../sleep.ts';
import type { Connection } from '../workflow/ports.ts';
import { attemptSession, type OpenSession } from './attempt.ts';
import { databaseOf } from './database.ts';
import type { KnownSlots } from './known-slots.ts';
import { type Hindrance, neverIn } from './never-in.ts';
import { WRONG_PASSWORD } from './sqlstate.ts';
import { type KnownStartup, knownStartup } from './startup.ts';
import {
  type CredentialSource,
  type Credentials,
  type Target,
  type TlsOptions,
  tlsOptions,
} from './target.ts';

/**
 * Connects in flight at once, once the first was refused; our advice reserves as many slots. `npm run bench -- storm` on
 * two busy cores, 16 and 18, a full server and 200 clients that come again: three were in after 1 s in the median and
 * 3.5 s at most. One was in after 0.7 to 1.7 s and after 7 s at most, eight after 0.6 s and 2 s.
 */
const IN_FLIGHT = 3;
/** Waits between tries: short at first, for a reserved slot is free for milliseconds only; then sparing. */
const EAGER = { forMs: 10_000, waitMs: [5, 20] } as const;
const PATIENT_WAIT_MS = [200, 400] as const;
/** A source is asked again this often at most: for the current copy of a secret, a pending and a previous one. */
const MOST_REFUSED = 3;

type Getting = {
  readonly target: Target;
  readonly source: CredentialSource;
  readonly startedAt: number;
  readonly deadline: number;
  /** As whom the latest try came. */
  user: string;
  tries: number;
  /** Our end of the tries, as the latest saw it; null where none reached the server. */
  address: string | null;
  /** By SQLSTATE and routine, both empty for tries without an answer. */
  readonly refusals: Map<string, number>;
  /** What was in the way of tries that may be repeated. */
  readonly hindrances: Map<Hindrance, number>;
  /** Those in use, null once the source has no others. */
  credentials: Promise<Credentials | null>;
  /** How many credentials turned out wrong. */
  refused: number;
  end: OpenSession | Problem | null;
  /** Breaks off the other tries once one got in. */
  readonly over: AbortController;
  readonly meanwhile: () => void;
  readonly startup: KnownStartup;
};

export type Lent = {
  /** What outlasts one run. */
  readonly slots?: KnownSlots;
  readonly startup?: KnownStartup;
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
  { slots, startup = knownStartup(), meanwhile = () => {} }: Lent = {},
): Promise<Connection> {
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
  };
  // The first try awaits them; should it never come to that, their failure is nobody's.
  getting.credentials.catch(() => {});
  try {
    const tls = tlsOptions(target);
    await tryOnce(getting, tls);
    const spaced = (await getting.credentials)?.isToken === true;
    const lanes = Array.from({ length: spaced ? 1 : IN_FLIGHT }, () => keepTrying(getting, tls, spaced));
    // All of them have ended before anything else is done: no try is left to open a session later.
    for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason;
  } catch (thrown) {
    getting.end ??= coerceError(thrown).toProblem();
  }
  return toConnection(getting, slots);
}

async function keepTrying(getting: Getting, tls: TlsOptions, spaced: boolean): Promise<void> {
  const goesOn = () => getting.end === null && leftMs(getting) > 0;
  while (goesOn()) {
    const eager = !spaced && Date.now() - getting.startedAt < EAGER.forMs;
    const [least, most] = eager ? EAGER.waitMs : PATIENT_WAIT_MS;
    await sleep(Math.min(least + Math.random() * (most - least), leftMs(getting)));
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
  const attempted = await attemptSession(getting.target, tls, credentials, {
    withinMs: leftMs(getting),
    over: getting.over.signal,
    reached: (address) => {
      getting.address = address;
    },
    meanwhile: getting.meanwhile,
    startup: getting.startup,
  });
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

function countOne<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function toConnection(getting: Getting, slots: KnownSlots | undefined): Connection {
  const refusals = [...getting.refusals].map(([key, count]) => {
    const [sqlstate = '', routine = ''] = key.split(' ');
    return { sqlstate, routine, count };
  });
  const { address } = getting;
  const connecting: Connecting =
    address === null || refusals.length === 0
      ? { attempts: getting.tries, refusals }
      : { attempts: getting.tries, address, refusals };
  const { end } = getting;
  if (end === null) return { problem: neverIn(getting), connecting };
  return 'client' in end
    ? { database: databaseOf(end, getting.target.statements, slots), connecting }
    : { problem: end, connecting };
}
