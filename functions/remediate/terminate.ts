import { RemediationError } from '../core/base/errors.ts';
import type { Victim } from '../core/plan/plan.ts';
import { planRemediation } from '../core/plan/plan-remediation.ts';
import { MOST_VICTIMS } from '../core/policy/policy.ts';
import type { Planned } from '../core/run/outcome-of.ts';
import type { GuardResult } from '../core/run/record.ts';
import { attemptResult, countIneffective } from '../core/run/verification.ts';
import { windowsOf } from '../core/run/windows-of.ts';
import { programsIn } from '../core/server/programs-in.ts';
import { identityOf, type Session } from '../core/server/session.ts';
import type { Snapshot } from '../core/server/snapshot.ts';
import type { Database } from './ports.ts';
import { markStep, type Run } from './run.ts';
import { verify } from './verify.ts';

/** Rounds to replace victims that became active again. */
const MAX_ROUNDS = 3;

/**
 * Terminates the victims of the plan, then others only in place of attempts without effect. It never ends more sessions
 * than the first plan chose.
 */
export async function terminateVictims(run: Run, database: Database, first: Planned): Promise<void> {
  const { policy, trigger } = run.request;
  let { plan } = first;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    await signal(run, database, windowsOf(plan.victims, first.snapshot.sessions.length), round);
    markStep(run, 'terminated');
    const later = await verify(run, database, first);
    const toNothing = countIneffective(
      [...run.attempts.values()].filter((attempt) => attempt.round === round),
    );
    if (toNothing === 0) return;
    const attempted = new Set(run.attempts.keys());
    const { pressure } = first.plan;
    // A record can hold only so many attempts.
    const atMost = Math.min(toNothing, MOST_VICTIMS - attempted.size);
    const remainder = { atMost, attempted, pressure, programs: programsIn(first.snapshot) };
    plan = planRemediation(withoutEnding(later, run), policy, trigger.kind, remainder);
    if (plan.victims.length === 0) return;
  }
}

/**
 * Leaves out sessions that were told to end and take long. They count as gone: no other victim is chosen for their slot,
 * and keepPerGroup does not count them.
 */
function withoutEnding(later: Snapshot, { attempts }: Run): Snapshot {
  const stays = (session: Session) => attempts.get(identityOf(session))?.result !== 'still-there';
  return { ...later, sessions: later.sessions.filter(stays) };
}

/**
 * Sends window by window. When the session breaks, the rest of its window is `unknown`, and later windows are never sent.
 */
async function signal(
  run: Run,
  database: Database,
  windows: readonly (readonly Victim[])[],
  round: number,
): Promise<void> {
  const { ports, request } = run;
  for (const window of windows) {
    if (ports.now() >= request.deadline) break;
    const sessions = window.map(({ session }) => session);
    ports.log('terminating', { runId: request.runId, round, pids: sessions.map(({ pid }) => pid) });
    // Attempts are noted before they are sent, so that the record names every one of them wherever the run ends.
    note(run, sessions, round, () => 'unknown');
    const guards = await database.terminate(sessions);
    note(run, sessions, round, (at) => guards[at] ?? 'unknown');
    const unanswered = guards.filter((guard) => guard === 'unknown').length;
    if (unanswered > 0) throw new RemediationError('connection-lost', lostMessage(unanswered));
  }
}

function lostMessage(unanswered: number): string {
  return `Our session with the server was lost during terminations: ${unanswered} attempts have no answer, and nothing was sent after them.`;
}

/** Notes what the guard alone can know; the reading of `verify` completes it. Each session is tried once in a run. */
function note(
  run: Run,
  sessions: readonly Session[],
  round: number,
  guardAt: (at: number) => GuardResult,
): void {
  for (const [at, { pid, backendStart }] of sessions.entries()) {
    if (pid === null) continue;
    const [identity, guard] = [identityOf({ pid, backendStart }), guardAt(at)];
    const result = attemptResult(guard, identity, null);
    run.attempts.set(identity, { pid, backendStart, round, guard, result });
  }
}
