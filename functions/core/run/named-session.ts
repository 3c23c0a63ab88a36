import { builtinProtection } from '../plan/protection.ts';
import { identityOf, type Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import type { AttemptResult, GuardResult } from './record.ts';
import { attemptResult } from './verification.ts';

/**
 * What happened to a session that a person named by its pid.
 * - `would-go`: without `--apply`, nothing protects it.
 * - `protected`: it cannot be ended at all, see `protection`.
 * - `no-such-session`: no session has this pid.
 * - `not-tried`: our connection broke before its turn.
 */
export type NamedResult = AttemptResult | 'would-go' | 'protected' | 'no-such-session' | 'not-tried';

/** A pid, and the session that had it in the snapshot. */
export type Named = {
  readonly pid: number;
  readonly session: Session | null;
  /** The protection that neither a policy nor a person can switch off. Null when there is none. */
  readonly protection: string | null;
};

export type NamedSession = Named & { readonly result: NamedResult };

/** The sessions of these pids, in the given order. The policy plays no part, because a person decided. */
export function namedSessions(snapshot: Snapshot, pids: readonly number[]): readonly Named[] {
  const protection = builtinProtection(snapshot);
  const byPid = new Map(snapshot.sessions.map((session) => [session.pid, session]));
  return pids.map((pid) => {
    const session = byPid.get(pid) ?? null;
    return { pid, session, protection: session === null ? null : protection(session) };
  });
}

/** The sessions that may be ended. */
export function endableSessions(named: readonly Named[]): readonly Session[] {
  return named.flatMap(({ session, protection }) =>
    session === null || protection !== null ? [] : [session],
  );
}

/**
 * Each session with its result. It comes from the guard's answer, which is missing for a session that was not
 * tried, and from the verification read, which lists the identities that are still alive. Without that read
 * (`alive` is null) the result is unknown.
 */
export function withResults(
  named: readonly Named[],
  answers: ReadonlyMap<Session, GuardResult>,
  alive: ReadonlySet<string> | null,
): readonly NamedSession[] {
  return named.map((each) => ({ ...each, result: resultOf(each, answers, alive) }));
}

/** Without `--apply` no session is ended. */
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

/** Whether the session is gone, or would be. */
export function isEndedOrWould({ result }: NamedSession): boolean {
  return OUT_OF_THE_WAY.has(result);
}
