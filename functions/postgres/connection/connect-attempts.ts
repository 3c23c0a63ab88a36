import type { Problem } from '../../core/base/errors.ts';
import { TOO_MANY_CONNECTIONS } from '../../core/base/sqlstate.ts';
import type { Connecting } from '../../core/run/record.ts';
import { connectProblem, type Obstacle } from './connect-problem.ts';
import type { OpenSession } from './open-session.ts';
import type { Pace } from './pace.ts';
import type { ProofTurns } from './prove-in-turn.ts';
import type { KnownStartup } from './startup.ts';
import type { StormSigns } from './storm-signs.ts';
import type { CredentialSource, Credentials, Target } from './target.ts';

/** The state of all attempts to connect for one run. */
export type ConnectAttempts = {
  readonly target: Target;
  readonly source: CredentialSource;
  readonly startedAt: number;
  readonly deadline: number;
  /** The role of the latest try. */
  user: string;
  /** Without those that we ended before their proof: these are no lines in the server's log. */
  tries: number;
  /** Tries whose login waits with its proof, so that others began meanwhile. */
  readonly waiting: Promise<void>[];
  readonly turns: ProofTurns;
  readonly signs: StormSigns;
  /** The local address of the latest try that reached the server; null if none did. */
  address: string | null;
  /** Failed tries by SQLSTATE and routine. Both are empty for tries without an answer. */
  readonly refusals: Map<string, number>;
  /** Why attempts that may be repeated failed, and how often. */
  readonly obstacles: Map<Obstacle, number>;
  /** The credentials in use; null when the source has no others. */
  credentials: Promise<Credentials | null>;
  /** How many credentials the server refused as wrong. */
  refused: number;
  end: OpenSession | Problem | null;
  /** Ends the other tries when one has a session. */
  readonly over: AbortController;
  readonly onHandshake: () => void;
  readonly startup: KnownStartup;
  readonly pace: Pace;
  /** The number of tries that hang in their login now. */
  hanging: number;
  /** Resolves when the first login hangs. */
  readonly firstHangs: PromiseWithResolvers<void>;
};

/** The result of all attempts: a session, or the problem that prevented it. */
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
  // The server logs each refusal because of full slots. With the address, readers of the log can tell ours apart.
  const isInLog = address !== null && refusals.some(({ sqlstate }) => sqlstate === TOO_MANY_CONNECTIONS);
  const connecting: Connecting = { attempts: attempts.tries, ...(isInLog && { address }), refusals };
  if (end !== null && 'client' in end) return { session: end, problem: null, connecting };
  return { session: null, problem: end ?? connectProblem(attempts), connecting };
}
