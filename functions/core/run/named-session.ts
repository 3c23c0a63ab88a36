import { serverTimeUs } from '../base/server-time.ts';
import { workProtection } from '../plan/by-hand-protection.ts';
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
  /** Whether it began, or changed its state, after the time since which it was to be unchanged. */
  readonly hasChanged: boolean;
};

export type NamedSession = Named & { readonly result: NamedResult };

/**
 * The sessions of these pids, in the given order. The policy plays no part, because a person decided.
 * `unchangedSince` is a time of the server's clock, in microseconds, or null.
 */
export function namedSessions(
  snapshot: Snapshot,
  pids: readonly number[],
  unchangedSince: number | null,
): readonly Named[] {
  const protection = workProtection(snapshot);
  const byPid = new Map(snapshot.sessions.map((session) => [session.pid, session]));
  return pids.map((pid) => {
    const session = byPid.get(pid) ?? null;
    return {
      pid,
      session,
      protection: session === null ? null : protection(session),
      hasChanged: session !== null && unchangedSince !== null && !isUnchanged(session, unchangedSince),
    };
  });
}

/** A session whose times are unknown counts as changed. */
function isUnchanged({ backendStart, stateChange }: Session, since: number): boolean {
  return [backendStart, stateChange].every(
    (text) => (serverTimeUs(text) ?? Number.POSITIVE_INFINITY) <= since,
  );
}

/** The sessions that may be ended. */
export function endableSessions(named: readonly Named[]): readonly Session[] {
  return named.flatMap((each) => (each.session === null || untouched(each) !== null ? [] : [each.session]));
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

function untouched({
  session,
  protection,
  hasChanged,
}: Named): 'no-such-session' | 'protected' | 'changed' | null {
  if (session === null) return 'no-such-session';
  if (protection !== null) return 'protected';
  return hasChanged ? 'changed' : null;
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
