import { serverTimeMs } from '../base/server-time.ts';
import { planRemediation } from '../plan/plan-remediation.ts';
import { marksOf, serverPressure } from '../plan/pressure.ts';
import type { Policy } from '../policy/policy.ts';
import type { RunRecord } from '../run/record.ts';
import { programsIn } from '../server/programs-in.ts';
import type { Group, Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { openingsOf } from './opening-rate.ts';

/** Which program opened most sessions lately, and what the policy would do at pressure. */
export type Growth = {
  /** Null where no program opened more than a few. */
  readonly program: {
    readonly group: Group;
    readonly sessions: number;
    /** Sessions of the last hour that are still there. */
    readonly opened: number;
    /** At a steady pace since this time, in milliseconds since the epoch; null without a steady pace. */
    readonly steady: { readonly perHour: number; readonly since: number } | null;
  } | null;
  readonly policy: {
    readonly mode: Policy['mode'];
    readonly pressureFrom: number;
    /** The most sessions that it could end of those that are here now. */
    readonly couldEnd: number;
  };
};

const HOUR_MS = 3_600_000;
/** A pool replaces some connections all the time. */
const FEWEST_OPENED = 4;

/** Null where the run did not see the sessions. */
export function whoGrows({ snapshot, policy }: Pick<RunRecord, 'snapshot' | 'policy'>): Growth | null {
  if (snapshot === null) return null;
  const now = serverTimeMs(snapshot.takenAt);
  const none = { unit: 'usedPercent', value: 0 } as const;
  const atOnce = { ...policy, relieve: { ...policy.relieve, when: none, until: none } } as Policy;
  return {
    program: now === null ? null : fastestIn(snapshot, now),
    policy: {
      mode: policy.mode,
      pressureFrom: marksOf(serverPressure(snapshot, policy as Policy), policy as Policy).pressureFrom,
      couldEnd: planRemediation(snapshot, atOnce, 'alarm').victims.length,
    },
  };
}

function fastestIn(snapshot: Snapshot, now: number): Growth['program'] {
  const ageOf = ({ backendStart }: Session) => {
    const start = serverTimeMs(backendStart);
    return start === null ? [] : [Math.max(0, now - start)];
  };
  const [first] = programsIn(snapshot)
    .all.map((program) => ({ program, ages: program.sessions.flatMap(ageOf) }))
    .map((each) => ({ ...each, opened: each.ages.filter((age) => age < HOUR_MS).length }))
    .toSorted((a, b) => b.opened - a.opened);
  if (first === undefined || first.opened < FEWEST_OPENED) return null;
  const { steady } = openingsOf(first.ages);
  return {
    group: first.program.name,
    sessions: first.program.sessions.length,
    opened: first.opened,
    steady: steady === null ? null : { perHour: steady.perHour, since: now - steady.sinceMs },
  };
}
