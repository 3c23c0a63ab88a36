import type { Problem } from '../../core/base/errors.ts';
import { TOO_MANY_CONNECTIONS } from '../../core/base/sqlstate.ts';
import type { Connecting } from '../../core/run/record.ts';
import { connectProblem, type Obstacle } from './connect-problem.ts';
import type { OpenSession } from './open-session.ts';
import type { Pace } from './pace.ts';
import type { KnownStartup } from './startup.ts';
import type { CredentialSource, Credentials, Target } from './target.ts';

/** The state of all attempts to connect for one run. */
export type ConnectAttempts = {
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
  /** Why attempts that may be repeated failed, and how often. */
  readonly obstacles: Map<Obstacle, number>;
  /** Those in use, null once the source has no others. */
  credentials: Promise<Credentials | null>;
  /** How many credentials turned out wrong. */
  refused: number;
  end: OpenSession | Problem | null;
  /** Breaks off the other tries once one got in. */
  readonly over: AbortController;
  readonly onHandshake: () => void;
  readonly startup: KnownStartup;
  readonly pace: Pace;
  /** Tries whose login hangs now, and what resolves with the first of them. */
  hanging: number;
  readonly firstHangs: PromiseWithResolvers<void>;
};

/** What it came to. */
export type Opened = { readonly connecting: Connecting } & (
  | { readonly session: OpenSession; readonly problem: null }
  | { readonly session: null; readonly problem: Problem }
);

export function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export function toOpened(attempts: ConnectAttempts): Opened {
  const refusals = [...attempts.refusals].map(([key, count]) => {
    const [sqlstate = '', routine = ''] = key.split(' ');
    return { sqlstate, routine, count };
  });
  const { address, end } = attempts;
  // Whose tries those lines in the server's log are, that say that it was full.
  const isInLog = address !== null && refusals.some(({ sqlstate }) => sqlstate === TOO_MANY_CONNECTIONS);
  const connecting: Connecting = { attempts: attempts.tries, ...(isInLog && { address }), refusals };
  if (end !== null && 'client' in end) return { session: end, problem: null, connecting };
  return { session: null, problem: end ?? connectProblem(attempts), connecting };
}
