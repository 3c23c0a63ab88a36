import type { Problem } from '../../functions/core/base/errors.ts';
import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import { pressureNow } from '../../functions/core/plan/pressure.ts';
import type { Policy } from '../../functions/core/policy/policy.ts';
import type { Outcome } from '../../functions/core/run/outcome.ts';
import { expectedOutcome, outcomeOf } from '../../functions/core/run/outcome-of.ts';
import type {
  AttemptResult,
  Connecting,
  GuardResult,
  RunRecord,
  Timings,
} from '../../functions/core/run/record.ts';
import { toReading } from '../../functions/core/run/verification.ts';
import { identityOf, type Session } from '../../functions/core/server/session.ts';
import type { Slots, Snapshot } from '../../functions/core/server/snapshot.ts';
import { idleReason, mentionsRefusal, type Trigger } from '../../functions/core/trigger/trigger.ts';
import { anAlarm, anAttempt, aPolicy, aSession, aSnapshot, SECOND, someSessions } from './builders.ts';

/** Sessions that are alike; ages are spread evenly from `fromAgeMs` down to `toAgeMs`. */
export type SessionsOf = {
  readonly count: number;
  readonly application?: string;
  readonly user?: string;
  readonly database?: string;
  readonly state?: string;
  readonly fromAgeMs?: number;
  readonly toAgeMs?: number;
  readonly addresses?: readonly string[];
  readonly superuser?: boolean;
  readonly lastStatement?: string;
  /** True if each was opened when it was last used, as in a leak. Else all were opened at the same time. */
  readonly leaks?: boolean;
};

const STARTED_AT = '2026-11-21T03:15:43.011Z';
const OWN_PID = 4_100;
const TAKEN_AT_MS = Date.parse('2026-11-21T03:15:43Z');

/** Sessions that differ in pid, address and age, as on real servers. Pids count up from `firstPid`. */
export function sessionsOf(groups: readonly SessionsOf[], firstPid = 4_200): readonly Session[] {
  let next = firstPid;
  return groups.flatMap(
    ({ count, fromAgeMs = 2 * SECOND, toAgeMs = fromAgeMs, addresses, leaks, ...fields }) => {
      const pid = next;
      next += count;
      return someSessions(count, pid, (index) => {
        const ageMs = Math.round(fromAgeMs - ((fromAgeMs - toAgeMs) * index) / Math.max(1, count - 1));
        const inTransaction = fields.state !== undefined && fields.state !== 'idle';
        return {
          application: '',
          ...fields,
          ...(leaks && { backendStart: startOf(ageMs) }),
          address: addresses?.[index % addresses.length] ?? '10.0.3.17',
          stateAgeMs: ageMs,
          queryAgeMs: ageMs,
          transactionAgeMs: inTransaction ? ageMs : null,
        };
      });
    },
  );
}

/** In the server's format, whose microseconds distinguish sessions that began in the same millisecond. */
function startOf(ageMs: number): string {
  return `${new Date(TAKEN_AT_MS - ageMs).toISOString().slice(0, -1).replace('T', ' ')}000+00`;
}

const PROCESSES = ['checkpointer', 'background writer', 'walwriter', 'autovacuum launcher'];

/** 57 usable slots, with our own session and the usual server processes beside the given sessions. */
export function snapshotOf(sessions: readonly Session[], slots: Partial<Slots> = {}): Snapshot {
  const own = {
    application: 'pg-headroom',
    user: 'headroom',
    database: 'postgres',
    state: 'active',
    stateAgeMs: 0,
  };
  const nobody = { user: null, database: null, application: '', address: '', state: null, stateAgeMs: null };
  const processes = someSessions(PROCESSES.length, OWN_PID - 50, (index) => ({
    ...nobody,
    stateChange: null,
    superuser: null,
    backendType: PROCESSES[index] ?? null,
  }));
  return aSnapshot({
    server: { ownPid: OWN_PID },
    slots: { max: 60, ...slots },
    sessions: [...processes, aSession({ ...own, pid: OWN_PID }), ...sessions],
  });
}

export const ALARM = anAlarm({
  alarm: 'pg-headroom-orders-refusals',
  reason:
    'Threshold Crossed: 1 out of the last 1 datapoints [37.0 (21/11/26 03:14:00)] was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).',
});
export const SWEEP: Trigger = { kind: 'schedule', at: '2026-11-21T03:15:00.000Z', id: null };

export const ENFORCE = aPolicy({ mode: 'enforce' });

const NOT_REACHED: Timings = {
  connected: null,
  locked: null,
  snapshot: null,
  planned: null,
  terminated: null,
  verified: null,
  settled: null,
  finished: 12,
};

/** A run that ended before it read anything. */
export function recordOf(outcome: Outcome, fields: Partial<RunRecord> = {}): RunRecord {
  return {
    version: 1,
    runId: 'c2a6f2ae-7dbb-4d22-8782-d0485c9877e2',
    server: 'orders',
    mode: fields.policy?.mode ?? 'enforce',
    trigger: ALARM,
    policy: ENFORCE,
    startedAt: STARTED_AT,
    outcome,
    why: null,
    problem: null,
    recall: null,
    connecting: { attempts: 0, refusals: [] },
    lock: null,
    snapshot: null,
    plan: null,
    attempts: [],
    readings: [],
    misconfigurations: null,
    timings: NOT_REACHED,
    ...fields,
  };
}

/** A run that had nothing to do. */
export function idleRun(trigger: Trigger): RunRecord {
  const idle = idleReason(trigger, Date.parse(STARTED_AT));
  if (idle === null) throw new Error('The trigger asks for something');
  return recordOf(idle.outcome, { trigger, why: idle.why });
}

export const STORMED: Connecting = {
  attempts: 14,
  refusals: [{ sqlstate: '53300', routine: 'InitProcess', count: 13 }],
};

type RunOf = {
  readonly snapshot: Snapshot;
  readonly policy?: Policy;
  readonly trigger?: Trigger;
  /** The results of the victims by their place in the plan; the rest is terminated. */
  readonly results?: readonly AttemptResult[];
  /** Sessions of the last reading that were not in the first; `null` if the run stopped before it. */
  readonly came?: readonly Session[] | null;
  readonly problem?: Problem;
  readonly outcome?: Outcome;
};

const GUARDS: Readonly<Record<AttemptResult, GuardResult>> = {
  terminated: 'signalled',
  changed: 'no-match',
  gone: 'no-match',
  'still-there': 'signalled',
  forbidden: 'forbidden',
  failed: 'failed',
  unknown: 'unknown',
};

/** A run with a plan by the planner itself. The rest is made up as a server would answer. */
export function runOf({ snapshot, policy = ENFORCE, trigger = ALARM, ...rest }: RunOf): RunRecord {
  const { results = [], came = [] } = rest;
  const plan = planRemediation(snapshot, policy, trigger.kind);
  const acts = policy.mode === 'enforce' && plan.victims.length > 0 && rest.outcome !== 'paused';
  const attempts = acts
    ? plan.victims.map(({ session }, at) => {
        const result = results[at] ?? 'terminated';
        return anAttempt(session, { guard: GUARDS[result], result });
      })
    : [];
  const left = new Set(
    attempts.filter(({ result }) => result === 'terminated' || result === 'gone').map(identityOf),
  );
  const remaining = snapshot.sessions.filter((session) => !left.has(identityOf(session)));
  const read = (phase: 'verified' | 'settled', atMs: number, sessions: readonly Session[]) => {
    const later = { ...snapshot, sessions };
    return toReading(phase, atMs, snapshot, later, pressureNow(plan.pressure, later, policy));
  };
  const readings =
    acts && came !== null
      ? [read('verified', 640, remaining), read('settled', 3_720, [...remaining, ...came])]
      : [];
  const outcome = acts
    ? outcomeOf({ snapshot, plan }, trigger.kind, attempts, readings.at(-1) ?? null)
    : expectedOutcome(plan, trigger.kind);
  return recordOf(rest.outcome ?? outcome, {
    policy,
    trigger,
    problem: rest.problem ?? null,
    connecting: mentionsRefusal(trigger.kind) ? STORMED : { attempts: 1, refusals: [] },
    snapshot,
    plan,
    attempts,
    readings,
    timings: {
      connected: 212,
      locked: 218,
      snapshot: 251,
      planned: 254,
      terminated: acts ? 590 : null,
      verified: readings.length > 0 ? 640 : null,
      settled: readings.length > 0 ? 3_720 : null,
      finished: readings.length > 0 ? 3_731 : 268,
    },
  });
}

/** Eight programs of one role, of which each keeps six sessions until slots are missing. */
export function releasedKeeps(): RunRecord {
  const programs = [...'abcdefgh'].map((letter) => ({
    ...{ count: 7, application: `${letter}-service`, user: 'app', fromAgeMs: 7_200 * SECOND },
  }));
  const sessions = sessionsOf([...programs, { count: 1, application: 'z-service', user: 'app' }]);
  return runOf({
    snapshot: snapshotOf(sessions),
    policy: aPolicy({ mode: 'enforce', limits: { keepPerGroup: 6 } }),
  });
}
