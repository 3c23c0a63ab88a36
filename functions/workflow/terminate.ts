import { RemediationError } from '../core/errors.ts';
import { type Plan, planRemediation } from '../core/plan.ts';
import { identityOf, type Session } from '../core/session.ts';
import { pressureAgain } from '../core/slots.ts';
import type { Snapshot } from '../core/snapshot.ts';
import {
  type Attempt,
  attemptResult,
  cameToNothing,
  type GuardResult,
  readingOf,
} from '../core/verification.ts';
import type { Database } from './ports.ts';
import type { Run } from './remediate.ts';

/** Statements sent at once: what is sent runs, even if we are frozen the next moment. */
export const WINDOW = 32;
/** A terminated session is gone in about 1 ms, on a busy machine in some tens. */
export const VERIFY_EVERY_MS = 25;
export const VERIFY_FOR_MS = 2_000;
/** Sessions that came back to life are made up for, up to this often. */
const MAX_ROUNDS = 3;

type Signalled = { readonly session: Session; readonly guard: GuardResult };

/** Terminates the plan's victims, and others only for attempts that came to nothing: never more than the first plan. */
export async function terminateVictims(run: Run, database: Database, first: Plan): Promise<void> {
  const { policy, trigger } = run.request;
  let plan = first;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const signalled = await signal(run, database, plan, round);
    run.timings.terminated = run.ports.now() - run.startedAt;
    const { snapshot, attempts } = await verify(run, database, signalled, round);
    const atMost = cameToNothing(attempts);
    if (atMost === 0) return;
    const tried = new Set(run.attempts.keys());
    plan = planRemediation(snapshot, policy, trigger.kind, { atMost, tried, pressure: first.pressure });
    if (plan.victims.length === 0) return;
  }
}

/** Window by window. A broken session ends it: the rest of the window is unknown, what follows is never sent. */
async function signal(
  run: Run,
  database: Database,
  { victims }: Plan,
  round: number,
): Promise<readonly Signalled[]> {
  const { ports, request } = run;
  const signalled: Signalled[] = [];
  for (let from = 0; from < victims.length; from += WINDOW) {
    if (ports.now() >= request.deadline) break;
    const sessions = victims.slice(from, from + WINDOW).map(({ session }) => session);
    ports.log('terminating', { runId: request.runId, round, pids: sessions.map(({ pid }) => pid) });
    // Written down before it is sent: wherever the run ends, nothing that was sent is missing from its record.
    const unanswered = sessions.map((session) => ({ session, guard: 'unknown' as const }));
    note(run, unanswered, round, null);
    const guards = await database.terminate(sessions);
    signalled.push(...sessions.map((session, index) => ({ session, guard: guards[index] ?? 'unknown' })));
    note(run, signalled.slice(from), round, null);
    if (guards.includes('unknown')) {
      throw new RemediationError(
        'connection-lost',
        lostMessage(guards.filter((guard) => guard === 'unknown').length),
      );
    }
  }
  return signalled;
}

function lostMessage(unknown: number): string {
  return `Our session with the server broke off while terminating: ${unknown} attempts have no answer, nothing after them was sent.`;
}

/** Reads until every signalled session is gone, within a bound, and puts what it saw into the attempts. */
async function verify(
  run: Run,
  database: Database,
  signalled: readonly Signalled[],
  round: number,
): Promise<{ readonly snapshot: Snapshot; readonly attempts: readonly Attempt[] }> {
  const { ports, request } = run;
  const until = Math.min(ports.now() + VERIFY_FOR_MS, request.deadline);
  const sent = signalled
    .filter(({ guard }) => guard === 'signalled')
    .map(({ session }) => identityOf(session));
  for (;;) {
    const snapshot = await database.readSnapshot();
    const alive = new Set(snapshot.sessions.map(identityOf));
    if (ports.now() < until && sent.some((identity) => alive.has(identity))) {
      await ports.sleep(VERIFY_EVERY_MS);
      continue;
    }
    const attempts = note(run, signalled, round, alive);
    noteReading(run, snapshot);
    return { snapshot, attempts };
  }
}

/** A session is tried once in a run; what the verification read says replaces what the guard alone could. */
function note(
  run: Run,
  signalled: readonly Signalled[],
  round: number,
  alive: ReadonlySet<string> | null,
): readonly Attempt[] {
  const attempts = signalled.flatMap(({ session, guard }): readonly Attempt[] => {
    const { pid, backendStart } = session;
    if (pid === null) return [];
    return [{ pid, backendStart, round, guard, result: attemptResult(guard, identityOf(session), alive) }];
  });
  for (const attempt of attempts) run.attempts.set(identityOf(attempt), attempt);
  return attempts;
}

function noteReading(run: Run, later: Snapshot): void {
  const { snapshot, plan, ports, request } = run;
  if (snapshot === null || plan === null) return;
  const pressure = pressureAgain(plan.pressure, later, request.policy);
  const atMs = ports.now() - run.startedAt;
  run.readings.push(readingOf('verified', atMs, snapshot, later, pressure));
  run.timings.verified = atMs;
}
