import { describe, expect, test } from 'vitest';
import { heldBack } from '../../../functions/core/plan/held-back.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { policyKeyOf } from '../../../functions/core/plan/policy-key.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import type { Snapshot } from '../../../functions/core/server/snapshot.ts';
import { policyHash } from '../../../functions/remediate/policy-hash.ts';
import { aPolicy, aSnapshot, type WrittenPolicy } from '../../support/builders.ts';
import { one } from './scenario.ts';

/** Full to the last slot, so that every session that may go is needed. */
function full(sessions: readonly Session[], takenAt?: string): Snapshot {
  const slots = { max: sessions.length, superuserReserved: 0 };
  return aSnapshot({ sessions, slots, ...(takenAt !== undefined && { takenAt }) });
}
const WIDE = { maxVictims: 100, maxPercent: 100, keepPerGroup: 0 };
const ended = (snapshot: Snapshot, policy: WrittenPolicy, trigger: 'alarm' | 'schedule' = 'alarm') =>
  planRemediation(snapshot, aPolicy({ limits: WIDE, ...policy }), trigger).victims.map(
    ({ session }) => session.pid,
  );
/** Why a session stays: its reason, what exactly applied, and the key of the policy. */
function keptBy(snapshot: Snapshot, policy: WrittenPolicy, pid: number): readonly (string | null)[] {
  const { spared } = planRemediation(snapshot, aPolicy({ limits: WIDE, ...policy }), 'schedule');
  const found = spared.find(({ session }) => session.pid === pid);
  return found === undefined ? [] : [found.reason, found.detail, policyKeyOf(found)];
}
/** Ends as many as it can. */
const relieve = (...ladder: NonNullable<NonNullable<WrittenPolicy['relieve']>['ladder']>[number][]) => ({
  relieve: { until: { usedPercent: 1 }, ladder },
});
/** Without pressure. */
const HEALTHY = { relieve: { ladder: [] } } satisfies WrittenPolicy;

describe('What holds slots back', () => {
  test('is the ladder where one condition of a rung does, and nothing where the ladder has none', () => {
    const snapshot = full([
      one('1 app@orders web 10.0.0.7 idle 1200'),
      one('2 app@orders web 10.0.0.7 idle 1200'),
    ]);
    const keysOf = (written: WrittenPolicy) => {
      const policy = aPolicy({ limits: WIDE, ...written });
      const plan = planRemediation(snapshot, policy, 'alarm');
      return heldBack(plan, snapshot, policy, 'alarm').map(({ keys, more }) => [...keys, more]);
    };
    expect(keysOf(relieve({ state: 'idle', minAge: '20m', applications: ['DBeaver*'] }))).toEqual([
      ['relieve.ladder', 2],
    ]);
    expect(keysOf(relieve({ state: 'idle', minAge: '60m' }))).toEqual([]);
  });
});

describe('Other ages for some programs', () => {
  const snapshot = full([
    one('1 app@orders web 10.0.0.7 idle 1200'),
    one('2 app@orders etl-load 10.0.0.7 idle 3599'),
    one('3 app@orders etl-load 10.0.0.7 idle 3600'),
  ]);
  const policy: WrittenPolicy = {
    ...relieve({ state: 'idle', minAge: '20m' }),
    protect: { youngerThan: [{ age: '60m', applications: ['etl-*'] }] },
  };

  test('20 minutes for most, 60 for the ETL', () => {
    expect(ended(snapshot, policy).toSorted()).toEqual([1, 3]);
    expect(keptBy(snapshot, policy, 2)).toEqual([
      'protected',
      'in its state for less than 1h',
      'protect.youngerThan',
    ]);
  });

  test('a session has to match all lists of a line', () => {
    const other = { protect: { youngerThan: [{ age: '60m', applications: ['etl-*'], users: ['batch'] }] } };
    expect(ended(snapshot, { ...policy, ...other }).toSorted()).toEqual([1, 2, 3]);
  });

  test('a name that is known in part could be meant, and is spared', () => {
    const session = one('4 app@orders jos? 10.0.0.7 idle 1200', {
      encodedNames: { undecoded: ['application'], application: null },
    });
    const protect = { youngerThan: [{ age: '60m', applications: ['josé'] }] };
    expect(ended(full([session]), { ...policy, protect })).toEqual([]);
    expect(ended(full([session]), relieve({ state: 'idle', minAge: '20m', applications: ['josé'] }))).toEqual(
      [],
    );
  });

  test('a rung with names takes only these', () => {
    const rungs = relieve(
      { state: 'idle', minAge: '2h' },
      { state: 'idle', minAge: '10s', applications: ['web'] },
    );
    expect(ended(snapshot, rungs)).toEqual([1]);
    const [reason, , key] = keptBy(
      full([one('9 app@orders etl-load 10.0.0.7 idle 3599')]),
      {
        ...relieve({ state: 'idle', minAge: '10s', applications: ['web'] }),
      },
      9,
    );
    expect([reason, key]).toEqual(['not-included', 'relieve.ladder']);
  });
});

describe('Reaping without pressure', () => {
  const snapshot = aSnapshot({
    sessions: [
      one('1 ann@orders DBeaver 10.0.0.7 idle 28800', { backendStart: '2026-11-20 03:15:43+00' }),
      one('2 ann@orders DBeaver 10.0.0.7 idle 28799', { backendStart: '2026-11-20 03:15:44+00' }),
      one('3 app@orders web 10.0.0.7 idle 90000', { backendStart: null }),
    ],
  });

  test("only people's tools, after 8 hours", () => {
    const policy = { ...HEALTHY, reap: { minAge: '8h', applications: ['DBeaver*'] } };
    expect(ended(snapshot, policy, 'schedule')).toEqual([1]);
    expect(ended(snapshot, policy, 'alarm')).toEqual([]);
  });

  test('by the age of the connection, and never where that is unknown', () => {
    const policy = { ...HEALTHY, reap: { minAge: '1m', connectionAge: '1d' } };
    expect(ended(snapshot, policy, 'schedule')).toEqual([1]);
    expect(keptBy(snapshot, policy, 2)[0]).toBe('too-young');
    expect(keptBy(snapshot, policy, 3)[0]).toBe('unknown-age');
    expect(ended({ ...snapshot, takenAt: '' }, policy, 'schedule')).toEqual([]);
  });

  test('several rules, each with its own age', () => {
    const reap = [{ minAge: '8h', applications: ['DBeaver*'] }, { minAge: '1d' }];
    expect(ended(snapshot, { ...HEALTHY, reap }, 'schedule').toSorted()).toEqual([1, 3]);
  });
});

describe('Open transactions on the schedule', () => {
  const open = (pid: number, fields: Partial<Session> = {}) =>
    one(`${pid} app@orders web 10.0.0.7 idle in transaction 3600`, fields);
  const snapshot = aSnapshot({
    sessions: [
      open(1),
      open(2),
      open(3, { horizonAge: 1 }),
      open(4, { horizonAge: 0 }),
      one('5 app@orders web 10.0.0.7 active 60', { blockedBy: [2] }),
      open(6),
      one('7 app@orders web 10.0.0.7 idle 3600'),
    ],
    locks: [
      {
        kind: 'relation',
        holders: [
          { pid: 2, mode: 'AccessExclusiveLock' },
          { pid: 6, mode: 'AccessShareLock' },
        ],
        waiters: [{ pid: 5, mode: 'AccessShareLock' }],
      },
    ],
  });
  const reap = (...onlyIf: ('blocks' | 'holdsBackVacuum')[]) => ({
    ...HEALTHY,
    reap: { state: 'idle in transaction', minAge: '30m', onlyIf } as const,
  });

  test('only where they block a session or hold back vacuum', () => {
    expect(ended(snapshot, reap('blocks'), 'schedule')).toEqual([2]);
    expect(ended(snapshot, reap('holdsBackVacuum'), 'schedule')).toEqual([3]);
    expect(ended(snapshot, reap('blocks', 'holdsBackVacuum'), 'schedule').toSorted()).toEqual([2, 3]);
    expect(keptBy(snapshot, reap('blocks'), 1)[0]).toBe('state');
  });
});

describe('Times of the day', () => {
  const at = (takenAt: string) => full([one('1 app@orders web 10.0.0.7 idle 3600')], takenAt);
  const between = (from: string, to: string, zone: string) => ({
    ...relieve({ state: 'idle', minAge: '10m' }),
    protect: { between: [{ from, to, zone }] },
  });
  const spares = (takenAt: string, from: string, to: string, zone = 'Europe/Berlin') =>
    ended(at(takenAt), between(from, to, zone)).length === 0;

  test.each([
    ['2026-11-21 00:59:59.999999+00', false],
    ['2026-11-21 01:00:00+00', true],
    ['2026-11-21 02:59:59.9+00', true],
    ['2026-11-21 03:00:00+00', false],
    // In summer Berlin is two hours before UTC.
    ['2026-07-21 00:00:00+00', true],
    ['2026-07-21 02:00:00+00', false],
  ])('02:00 to 04:00 in Berlin, at %s: %s', (takenAt, expected) => {
    expect(spares(takenAt, '02:00', '04:00')).toBe(expected);
  });

  test('where clocks are set back, the hour counts twice', () => {
    const hours = ['2026-10-24 23:30', '2026-10-25 00:30', '2026-10-25 01:30', '2026-10-25 02:30'];
    expect(hours.map((hour) => spares(`${hour}:00+00`, '02:00', '03:00'))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('where clocks are set forward, an hour that does not come protects nothing', () => {
    const hours = ['2026-03-29 00:30', '2026-03-29 01:00', '2026-03-29 01:30'];
    expect(hours.map((hour) => spares(`${hour}:00+00`, '02:00', '03:00'))).toEqual([false, false, false]);
    expect(spares('2026-03-29 01:30:00+00', '02:00', '04:00')).toBe(true);
  });

  test('past midnight, and in zones of half hours', () => {
    expect(spares('2026-11-21 23:30:00+00', '23:00', '01:00', 'UTC')).toBe(true);
    expect(spares('2026-11-21 00:59:00+00', '23:00', '01:00', 'UTC')).toBe(true);
    expect(spares('2026-11-21 01:00:00+00', '23:00', '01:00', 'UTC')).toBe(false);
    expect(spares('2026-11-21 20:29:00+00', '02:00', '04:00', 'Asia/Kolkata')).toBe(false);
    expect(spares('2026-11-21 20:30:00+00', '02:00', '04:00', 'Asia/Kolkata')).toBe(true);
  });

  test('a snapshot that does not say its time is at that time', () => {
    expect(spares('', '02:00', '04:00')).toBe(true);
    expect(spares('yesterday', '02:00', '04:00')).toBe(true);
  });

  test('protect at any time where Node does not know the zone any more', () => {
    const policy = aPolicy({ limits: WIDE, ...between('02:00', '04:00', 'Europe/Berlin') });
    const lines = (policy.protect.between ?? []).map((line) => ({ ...line, zone: 'Mars/Olympus' }));
    const renamed = { ...policy, protect: { ...policy.protect, between: lines } };
    expect(planRemediation(at('2026-11-21 12:00:00+00'), renamed, 'alarm').victims).toEqual([]);
    expect(ended(at('2026-11-21 12:00:00+00'), between('02:00', '04:00', 'Europe/Berlin'))).not.toEqual([]);
  });

  test('the key is named', () => {
    expect(keptBy(at('2026-11-21 02:00:00+00'), between('02:00', '04:00', 'Europe/Berlin'), 1)).toEqual([
      'protected',
      'between 02:00 and 04:00, Europe/Berlin',
      'protect.between',
    ]);
  });
});

describe('Policies from before these lines', () => {
  // Printed by `headroom policy hash` at 4849868e.
  test.each([
    [{}, 'ff85f9e96374ae9a26dff7519743a0d0a9e2adc3a3fb7e958a76d1edcfdbb676'],
    [
      { mode: 'enforce', reap: { minAge: '8h' } },
      '6079b7b4cace04a9a0deb61fb24da3a29a28e82366c6d96a3fd0c50411aa901b',
    ],
  ] as const)('%j has the hash that it had', (policy, hash) => {
    expect(policyHash(aPolicy(policy))).toBe(hash);
  });
});
