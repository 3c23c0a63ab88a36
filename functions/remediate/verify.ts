import { pressureNow } from '../core/plan/pressure.ts';
import type { Planned } from '../core/run/outcome-of.ts';
import type { Reading } from '../core/run/record.ts';
import { attemptResult, isSameServer, mayStillEnd, toReading } from '../core/run/verification.ts';
import { identityOf } from '../core/server/session.ts';
import type { Snapshot } from '../core/server/snapshot.ts';
import type { Database } from './ports.ts';
import { markStep, type Run } from './run.ts';

/** A terminated session is gone after about 1 ms, on a busy machine after some tens of ms. */
export const VERIFY_EVERY_MS = 25;
export const VERIFY_FOR_MS = 2_000;
/** Within 100 ms waiting clients connect and pools refill. Slow clients come again after seconds. */
const SETTLE_MS = 3_000;
/**
 * Time kept for the last reading. Near the deadline a run settles for less time, or not at all, and still reads the result.
 */
const LAST_READ_MS = 500;

/**
 * Reads until all sessions that may be ending are gone, at most for a bounded time. Notes in each attempt what it saw.
 */
export async function verify(run: Run, database: Database, first: Planned): Promise<Snapshot> {
  const { ports, request, attempts } = run;
  const until = Math.min(ports.now() + VERIFY_FOR_MS, request.deadline);
  const open = [...attempts].filter(([, { result }]) => result === 'unknown');
  const ending = open.flatMap(([identity, { guard }]) => (mayStillEnd(guard) ? [identity] : []));
  for (;;) {
    const later = await database.readSnapshot();
    const alive = isSameServer(first.snapshot, later) ? new Set(later.sessions.map(identityOf)) : null;
    if (ports.now() < until && ending.some((identity) => alive?.has(identity))) {
      await ports.sleep(VERIFY_EVERY_MS);
      continue;
    }
    for (const [identity, attempt] of open)
      attempts.set(identity, { ...attempt, result: attemptResult(attempt.guard, identity, alive) });
    // A reading of another server shows nothing new about attempts that were verified before.
    if (alive !== null || open.length > 0) read(run, 'verified', first, later);
    return later;
  }
}

/** The last reading shows who took the freed slots. */
export async function settle(run: Run, database: Database, first: Planned): Promise<Reading> {
  const { ports, request } = run;
  await ports.sleep(Math.max(0, Math.min(SETTLE_MS, request.deadline - LAST_READ_MS - ports.now())));
  return read(run, 'settled', first, await database.readSnapshot());
}

function read(run: Run, phase: Reading['phase'], { snapshot, plan }: Planned, later: Snapshot): Reading {
  const pressure = pressureNow(plan.pressure, later, run.request.policy);
  const reading = toReading(phase, run.ports.now() - run.startedAt, snapshot, later, pressure);
  run.readings.push(reading);
  markStep(run, phase);
  return reading;
}
