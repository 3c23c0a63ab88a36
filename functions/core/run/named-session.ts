import { builtinProtection } from '../plan/protection.ts';
import { identityOf, type Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { type AttemptResult, attemptResult, type GuardResult } from './verification.ts';

/**
 * What came of a session that a human named.
 * - `would-go`: without `--apply`, nothing in the way.
 * - `protected`: out of reach for everybody, see `protection`.
 * - `no-such-session`: nobody has this pid.
 * - `not-tried`: our session broke off before its turn.
 */
export type NamedResult = AttemptResult | 'would-go' | 'protected' | 'no-such-session' | 'not-tried';

/** A pid and the session behind it when we looked. */
export type Named = {
  readonly pid: number;
  readonly session: Session | null;
  /** What no policy and no human can switch off; null when nothing protects it. */
  readonly protection: string | null;
};

export type NamedSession = Named & { readonly result: NamedResult };

/** The sessions behind the pids, in the order in which they were named. What a policy says is not asked: a human decided. */
export function namedSessions(snapshot: Snapshot, pids: readonly number[]): readonly Named[] {
  const protection = builtinProtection(snapshot);
  const byPid = new Map(snapshot.sessions.map((session) => [session.pid, session]));
  return pids.map((pid) => {
    const session = byPid.get(pid) ?? null;
    return { pid, session, protection: session === null ? null : protection(session) };
  });
}

/** Sessions that may be ended. */
export function endableSessions(named: readonly Named[]): readonly Session[] {
  return named.flatMap(({ session, protection }) =>
    session === null || protection !== null ? [] : [session],
  );
}

/**
 * Each with its result: by the guard's answers, which a session that was never sent to lacks, and by the identities that
 * the verification read found alive. Without that read (`alive` is null) nothing is claimed.
 */
export function withResults(
  named: readonly Named[],
  answers: ReadonlyMap<Session, GuardResult>,
  alive: ReadonlySet<string> | null,
): readonly NamedSession[] {
  return named.map((each) => ({ ...each, result: resultOf(each, answers, alive) }));
}

/** Nothing was asked for but a look. */
export function asDryRun(named: readonly Named[]): readonly NamedSession[] {
  return named.map((each) => ({ ...each, result: untouched(each) ?? 'would-go' }));
}

function resultOf(
  named: Named,
  answers: ReadonlyMap<Session, GuardResult>,
  alive: ReadonlySet<string> | null,
): NamedResult {
  const { session } = named;
  const answer = session === null ? undefined : answers.get(session);
  if (session === null || answer === undefined) return untouched(named) ?? 'not-tried';
  return attemptResult(answer, identityOf(session), alive);
}

function untouched({ session, protection }: Named): 'no-such-session' | 'protected' | null {
  if (session === null) return 'no-such-session';
  return protection === null ? null : 'protected';
}

const OUT_OF_THE_WAY: ReadonlySet<NamedResult> = new Set([
  'terminated',
  'gone',
  'no-such-session',
  'would-go',
]);

/** Whether a result means that the session is, or would be, out of the way. */
export function isEndedOrWould({ result }: NamedSession): boolean {
  return OUT_OF_THE_WAY.has(result);
}
