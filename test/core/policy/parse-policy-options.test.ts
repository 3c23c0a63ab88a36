import { describe, expect, test } from 'vitest';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { POLICY_DEFAULTS } from '../../../functions/core/policy/policy.ts';
import type { TriggerKind } from '../../../functions/core/trigger/trigger.ts';
import { aPolicy, aSnapshot, type WrittenPolicy } from '../../support/builders.ts';
import { one } from '../plan/scenario.ts';

/** 8 of 10 usable slots are used; each session is here for some option's sake. */
const SNAPSHOT = aSnapshot({
  slots: { max: 10, superuserReserved: 0 },
  sessions: [
    one('1 app@orders web 10.0.0.7 idle 9000'),
    one('2 app@orders web 10.0.0.7 idle 8000'),
    one('3 etl@shop - local idle 7000'),
    one('4 backup@orders pg_dump 10.0.0.8 idle 6000'),
    one('5 app@shop listener 10.0.3.7 idle 5000', { lastStatement: 'LISTEN ch' }),
    one('6 app@shop leader 10.0.3.8 idle 5000', { advisoryLock: true }),
    one('7 app@shop temp 10.0.4.7 idle 5000', { temporaryTables: true }),
    one('8 app@orders late 10.0.4.8 idle 100'),
  ],
});
const BASE = {
  relieve: { when: { usedPercent: 80 }, until: { usedPercent: 1 } },
  limits: { maxVictims: 100, maxPercent: 100, keepPerGroup: 0 },
} satisfies WrittenPolicy;

function victims(policy: WrittenPolicy, trigger: TriggerKind = 'alarm'): readonly (number | null)[] {
  return planRemediation(SNAPSHOT, aPolicy(policy), trigger).victims.map(({ session }) => session.pid);
}

const WITHOUT = [1, 2, 3, 7];

/** One row for each option of a policy: what it says, and who goes then. */
const EFFECTS: readonly (readonly [string, WrittenPolicy, readonly number[]])[] = [
  ['relieve.when', { relieve: { ...BASE.relieve, when: { usedPercent: 81 } } }, []],
  ['relieve.until', { relieve: { ...BASE.relieve, until: { usedPercent: 60 } } }, [1, 2]],
  [
    'relieve.ladder',
    { relieve: { ...BASE.relieve, ladder: [{ state: 'idle', minAge: '10s' }] } },
    [1, 2, 3, 8, 7],
  ],
  ['limits.maxVictims', { limits: { ...BASE.limits, maxVictims: 1 } }, [1]],
  ['limits.maxPercent', { limits: { ...BASE.limits, maxPercent: 25 } }, [1, 2]],
  ['limits.keepPerGroup', { limits: { ...BASE.limits, keepPerGroup: 1 } }, [1]],
  ['include.users', { include: { users: ['etl'] } }, [3]],
  ['include.databases', { include: { databases: ['orders'] } }, [1, 2]],
  ['include.applications', { include: { applications: ['temp'] } }, [7]],
  ['include.addresses', { include: { addresses: ['local'] } }, [3]],
  ['protect.users', { protect: { users: ['app'] } }, [3]],
  ['protect.databases', { protect: { databases: ['shop'] } }, [1, 2]],
  ['protect.applications', { protect: { applications: ['web'] } }, [3, 7]],
  ['protect.builtinApplications', { protect: { builtinApplications: false } }, [1, 2, 3, 4, 7]],
  ['protect.addresses', { protect: { addresses: ['10.0.4.0/24'] } }, [1, 2, 3]],
  ['protect.poolers', { protect: { poolers: ['10.0.0.0/24'] } }, [3, 7]],
  ['protect.listeners', { protect: { listeners: false } }, [1, 2, 3, 5, 7]],
  ['protect.advisoryLocks', { protect: { advisoryLocks: false } }, [1, 2, 3, 6, 7]],
  ['protect.temporaryTables', { protect: { temporaryTables: true } }, [1, 2, 3]],
  ['protect.youngerThan', { protect: { youngerThan: [{ age: '3h', applications: ['web'] }] } }, [3, 7]],
  [
    'protect.between',
    { protect: { between: [{ from: '04:00', to: '05:00', zone: 'Europe/Berlin', users: ['app'] }] } },
    [3],
  ],
];

describe('Every option has an effect', () => {
  test('without any of them these go', () => {
    expect(victims(BASE)).toEqual(WITHOUT);
  });

  test.each(EFFECTS)('%s', (_, written, expected) => {
    expect(victims({ ...BASE, ...written })).toEqual(expected);
    expect(expected).not.toEqual(WITHOUT);
  });

  test('reap, on the schedule', () => {
    expect(victims(BASE, 'schedule')).toEqual(WITHOUT);
    expect(victims({ ...BASE, reap: { minAge: '1m' } }, 'schedule')).toEqual([...WITHOUT, 8]);
  });

  test.each(['off', 'observe', 'enforce'] as const)('mode %s', (mode) => {
    expect(aPolicy({ mode }).mode).toBe(mode);
  });

  test('no option is forgotten here', () => {
    const sections = Object.entries(POLICY_DEFAULTS).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null
        ? Object.keys(value).map((key) => `${name}.${key}`)
        : [name],
    );
    expect([...EFFECTS.map(([option]) => option), 'reap', 'mode'].toSorted()).toEqual(sections.toSorted());
  });
});
