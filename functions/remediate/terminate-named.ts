import { coerceError, type Problem, RemediationError } from '../core/base/errors.ts';
import {
  asDryRun,
  endableSessions,
  type NamedSession,
  namedSessions,
  withResults,
} from '../core/run/named-session.ts';
import type { GuardResult } from '../core/run/record.ts';
import { windowsOf } from '../core/run/windows-of.ts';
import { identityOf, type Session } from '../core/server/session.ts';
import type { Snapshot } from '../core/server/snapshot.ts';
import type { Database, RemediatePorts } from './ports.ts';
import { VERIFY_EVERY_MS, VERIFY_FOR_MS } from './verify.ts';

export type NamedRequest = {
  readonly pids: readonly number[];
  readonly apply: boolean;
  /** A session that began or changed its state after this time of the server (in microseconds) stays. */
  readonly unchangedSince?: number | undefined;
};

export type NamedTermination = {
  /** The snapshot before anything was done. */
  readonly snapshot: Snapshot;
  readonly sessions: readonly NamedSession[];
  /** Why it stopped early, or null. */
  readonly problem: Problem | null;
};

/**
 * Ends the sessions that a person named, through the same guard as a run: a session that changes between the snapshot and
 * the statement stays. Without `apply` it only reads. Rejects when the first snapshot fails, because nothing was done then.
 */
export async function terminateNamed(
  { pids, apply, unchangedSince }: NamedRequest,
  database: Database,
  ports: Pick<RemediatePorts, 'now' | 'sleep'>,
): Promise<NamedTermination> {
  const snapshot = await database.readSnapshot();
  const named = namedSessions(snapshot, pids, unchangedSince ?? null);
  if (!apply) return { snapshot, sessions: asDryRun(named), problem: null };
  const answers = await signal(database, windowsOf(endableSessions(named), snapshot.sessions.length));
  try {
    if ([...answers.values()].includes('unknown')) throw lost();
    const alive = await verify(database, ports, answers);
    return { snapshot, sessions: withResults(named, answers, alive), problem: null };
  } catch (thrown) {
    return {
      snapshot,
      sessions: withResults(named, answers, null),
      problem: coerceError(thrown).toProblem(),
    };
  }
}

/** Sends window by window. When the session breaks, it stops: later windows are never sent. */
async function signal(
  database: Database,
  windows: readonly (readonly Session[])[],
): Promise<ReadonlyMap<Session, GuardResult>> {
  const answers = new Map<Session, GuardResult>();
  for (const window of windows) {
    const guards = await database.terminate(window);
    for (const [at, session] of window.entries()) answers.set(session, guards[at] ?? 'unknown');
    if (guards.includes('unknown')) break;
  }
  return answers;
}

function lost(): RemediationError {
  const message =
    'Our session with the server was lost in between: run it again without --apply to see what is left.';
  return new RemediationError('connection-lost', message);
}

/** Reads until all sessions that got a signal are gone, at most for a bounded time. */
async function verify(
  database: Database,
  ports: Pick<RemediatePorts, 'now' | 'sleep'>,
  answers: ReadonlyMap<Session, GuardResult>,
): Promise<ReadonlySet<string>> {
  const sent = [...answers].filter(([, guard]) => guard === 'signalled').map(([each]) => identityOf(each));
  const until = ports.now() + VERIFY_FOR_MS;
  for (;;) {
    const { sessions } = await database.readSnapshot();
    const alive = new Set(sessions.map(identityOf));
    if (ports.now() >= until || !sent.some((identity) => alive.has(identity))) return alive;
    await ports.sleep(VERIFY_EVERY_MS);
  }
}
