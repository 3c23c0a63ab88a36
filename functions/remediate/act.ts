import type { Plan } from '../core/plan/plan.ts';
import { planFromCount } from '../core/plan/plan-from-count.ts';
import { planRemediation } from '../core/plan/plan-remediation.ts';
import { expectedOutcome, outcomeOf, type Planned } from '../core/run/outcome-of.ts';
import { modeInForce, pauseIn } from '../core/run/pause.ts';
import { withPooler } from '../core/server/pooler-refusals.ts';
import { isBlind } from '../core/server/visibility.ts';
import { isCounted } from '../core/warning/warning-state.ts';
import { checkConfiguration } from './check-configuration.ts';
import { takeLock } from './in-session.ts';
import type { Database } from './ports.ts';
import { markStep, type Run, type RunEnd } from './run.ts';
import { terminateVictims } from './terminate.ts';
import { settle } from './verify.ts';

export { reconnectAndVerify } from './reconnect-and-verify.ts';
export { verifiedEnding } from './verified-ending.ts';

/** Does the work of a run on an open session. A scheduled run without pressure then checks the configuration. */
export async function act(run: Run, database: Database, lockBy: number): Promise<RunEnd> {
  const ending = await work(run, database, lockBy);
  await checkConfiguration(run, database);
  return ending;
}

async function work(run: Run, database: Database, lockBy: number): Promise<RunEnd> {
  const { ports, request } = run;
  const { policy, trigger } = request;
  if (trigger.kind === 'schedule' && (await isQuiet(run, database)))
    return { outcome: 'healthy', problem: null };
  if (!(await takeLock(run, database, lockBy))) return { outcome: 'busy', problem: null };
  markStep(run, 'locked');
  const [seen, pooler] = await Promise.all([database.readSnapshot(), ports.readPooler()]);
  const snapshot = withPooler(seen, pooler);
  run.snapshot = snapshot;
  markStep(run, 'snapshot');
  const blindness = isBlind(snapshot);
  if (blindness !== null) return { outcome: 'blind', problem: blindness };

  const plan = planRemediation(snapshot, policy, trigger.kind);
  run.plan = plan;
  markStep(run, 'planned');
  if (plan.problem !== null) return { outcome: 'failed', problem: plan.problem };
  const recalled = await run.recalled;
  if (modeInForce(policy.mode, recalled, trigger.kind) === 'observe' || plan.victims.length === 0) {
    return { outcome: expectedOutcome(plan, trigger.kind), problem: null };
  }
  // A pause stops these terminations too: sessions that are only over age can wait.
  if (pauseIn(recalled) !== null)
    return { outcome: plan.verdict === 'healthy' ? 'healthy' : 'paused', problem: null };
  const first: Planned = { snapshot, plan };
  await terminateVictims(run, database, first);
  const settled = await settle(run, database, first);
  return { outcome: outcomeOf(first, trigger.kind, [...run.attempts.values()], settled), problem: null };
}

/**
 * A scheduled run of a server without pressure mostly counts slots only and reads no session. It reads them when people
 * are about to be warned, so that the warning says who grows.
 */
async function isQuiet(run: Run, database: Database): Promise<boolean> {
  const count = await database.countSlots();
  if (count === null) return false;
  markStep(run, 'locked');
  const plan = planFromCount(count, run.request.policy);
  if (plan === null || (await isNews(run, plan))) return false;
  run.plan = plan;
  markStep(run, 'planned');
  return true;
}

async function isNews({ ports, startedAt }: Run, { pressure }: Plan): Promise<boolean> {
  const [server] = pressure;
  if (server === undefined || ports.wouldWarn === undefined) return false;
  const count = { at: startedAt, used: server.used, usable: server.usable };
  return isCounted(count) && (await ports.wouldWarn(count));
}
