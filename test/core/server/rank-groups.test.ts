import { describe, expect, test } from 'vitest';
import { serverPressure } from '../../../functions/core/plan/pressure.ts';
import { newcomersOf } from '../../../functions/core/run/newcomers.ts';
import { leadingIn, rankGroups } from '../../../functions/core/server/rank-groups.ts';
import { roleLimitFor } from '../../../functions/core/server/role-limit.ts';
import type { Snapshot } from '../../../functions/core/server/snapshot.ts';
import {
  aHiddenSession,
  anAttempt,
  aPolicy,
  aReading,
  aSession,
  aSnapshot,
  HOUR,
  MINUTE,
  SECOND,
  someSessions,
} from '../../support/builders.ts';
import { sessionsOf, snapshotOf } from '../../support/records.ts';

const leak = (count: number, fields = {}) => ({
  count,
  application: 'leaky',
  user: 'leaky',
  fromAgeMs: 2 * HOUR,
  toAgeMs: HOUR,
  ...fields,
});
const web = (count: number, fields = {}) => ({ count, application: 'web', user: 'app', ...fields });

describe('rankGroups', () => {
  test('groups are ranked by the slots they hold, equals by name', () => {
    const { groups } = rankGroups(
      snapshotOf(sessionsOf([web(3), leak(9), web(3, { application: 'api' }), web(3, { user: 'aaa' })])),
    );
    expect(groups.map(({ group, sessions }) => [group.application, group.user, sessions])).toEqual([
      ['leaky', 'leaky', 9],
      ['api', 'app', 3],
      ['web', 'aaa', 3],
      ['web', 'app', 3],
    ]);
  });

  test('a share is whole percent of the usable slots, not of the used ones', () => {
    const { groups, usable, used } = rankGroups(snapshotOf(sessionsOf([leak(41)])));
    expect([usable, used, groups[0]?.sharePercent]).toEqual([57, 41, 72]);
  });

  test('without usable slots there is no share', () => {
    const { groups } = rankGroups(snapshotOf(sessionsOf([leak(2)]), { max: 3 }));
    expect(groups[0]?.sharePercent).toBeNull();
  });

  test('states, addresses and ages are those of the group', () => {
    const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];
    const { groups } = rankGroups(
      snapshotOf(
        sessionsOf([
          web(5, { addresses, fromAgeMs: 50 * SECOND, toAgeMs: 10 * SECOND }),
          web(2, { state: 'active', addresses: ['10.0.0.2'], fromAgeMs: 9 * HOUR }),
          web(1, { state: 'idle in transaction', addresses: ['10.0.0.2'], fromAgeMs: 2 * MINUTE }),
        ]),
      ),
    );
    expect(groups[0]).toMatchObject({
      sessions: 8,
      states: [
        { state: 'idle', count: 5 },
        { state: 'active', count: 2 },
        { state: 'idle in transaction', count: 1 },
      ],
      addresses: { count: 4, first: ['10.0.0.2', '10.0.0.1', '10.0.0.3'] },
      oldestIdleMs: 2 * MINUTE,
      medianIdleMs: 30 * SECOND,
    });
  });

  test('own sessions and server processes are not counted, hidden ones are, apart', () => {
    const snapshot = snapshotOf([
      ...sessionsOf([leak(4)]),
      aHiddenSession({ pid: 1 }),
      aHiddenSession({ pid: 2 }),
      aSession({ pid: 3, user: 'headroom', application: 'pg-headroom' }),
    ]);
    const { groups, hidden, used, notCounted } = rankGroups(snapshot);
    expect({ groups: groups.length, hidden, used, notCounted }).toEqual({
      groups: 1,
      hidden: 2,
      used: 6,
      notCounted: { own: 2, processes: 4 },
    });
    expect(used).toBe(serverPressure(snapshot, aPolicy()).used);
  });

  test('unknown ages and states are not made up', () => {
    const { groups } = rankGroups(aSnapshot({ sessions: [aSession({ state: null, stateAgeMs: null })] }));
    expect(groups[0]).toMatchObject({
      states: [{ state: null, count: 1 }],
      oldestIdleMs: null,
      medianIdleMs: null,
    });
  });
});

describe('the leading group', () => {
  const leadingOf = (snapshot: Snapshot) => rankGroups(snapshot).leading?.group.application ?? null;

  test.each([
    ['holds a third and twice the next', [leak(10), web(5)], 'leaky'],
    ['is alone', [leak(10)], 'leaky'],
    ['is none when the next is near', [leak(10), web(6)], null],
    ['is none when it is a small part of many', [leak(10), ...many(5)], null],
    ['is none on an empty server', [], null],
  ] as const)('%s', (_, groups, expected) => {
    expect(leadingOf(snapshotOf(sessionsOf(groups)))).toBe(expected);
  });

  test('is none when more is hidden from us than it holds', () => {
    const hidden = someSessions(10, 1, aHiddenSession());
    expect(leadingOf(snapshotOf([...sessionsOf([leak(10)]), ...hidden]))).toBeNull();
  });

  test('of a limit is sought inside that limit', () => {
    const ranking = rankGroups(snapshotOf(sessionsOf([web(30), leak(5)])));
    const scope = { kind: 'role', name: 'leaky' } as const;
    const pressure = { scope, usable: 5, used: 5, free: 0, under: true, need: 2 };
    expect(leadingIn(ranking, pressure)?.group.application).toBe('leaky');
    expect(leadingIn(ranking, { ...pressure, scope: { kind: 'server' } })?.group.application).toBe('web');
  });
});

function many(count: number) {
  return Array.from({ length: count }, (_, at) => web(5, { application: `${'abcdefgh'[at]}-web` }));
}

describe('a limit for the leading role', () => {
  const limitFor = (snapshot: Snapshot, need = 12) =>
    roleLimitFor(snapshot, rankGroups(snapshot).leading?.group.user ?? '', need);
  const full = [leak(41), web(16)];

  test('leaves the role what the server can bear', () => {
    expect(limitFor(snapshotOf(sessionsOf(full)))).toEqual({
      role: 'leaky',
      limit: 29,
      before: null,
      held: 41,
      busy: 0,
      groups: 1,
    });
  });

  test('counts all groups of the role, and names the limit that it has', () => {
    const shared = [leak(41), leak(4, { application: 'nightly' }), web(12)];
    const snapshot = snapshotOf(sessionsOf(shared), { roles: [{ name: 'leaky', limit: 50 }] });
    expect(limitFor(snapshot)).toMatchObject({ limit: 33, before: 50, held: 45, groups: 2 });
  });

  test.each([
    ['no slot is missing', full, 0, {}],
    ['nobody leads', [leak(20), web(20)], 12, {}],
    ['the role is limited to less already', full, 12, { roles: [{ name: 'leaky', limit: 29 }] }],
    ['the role is at work with more', [leak(41, { state: 'active' })], 12, {}],
    ['the role is a superuser, whom no limit binds', [leak(41, { superuser: true })], 12, {}],
    ["the role is the provider's", [leak(41, { user: 'rdsadmin' })], 12, {}],
  ])('is not advised when %s', (_, groups, need, slots) => {
    expect(limitFor(snapshotOf(sessionsOf(groups), slots), need)).toBeNull();
  });
});

describe('newcomersOf', () => {
  const first = snapshotOf(sessionsOf([leak(10), web(5)]));
  const ours = first.sessions.filter(({ application }) => application === 'leaky');
  const attempts = ours
    .slice(0, 4)
    .map((session, at) => anAttempt(session, at === 3 ? { guard: 'no-match', result: 'changed' } : {}));
  const newcomers = (came: ReturnType<typeof sessionsOf>) =>
    newcomersOf(first, attempts, aReading({ came })).map(({ group, lost, came }) => ({
      application: group.application,
      lost,
      came,
    }));

  test('programs that lost sessions come first, with what they lost', () => {
    const came = sessionsOf([web(7, { application: 'new' }), leak(2)], 9_000);
    expect(newcomers(came)).toEqual([
      { application: 'leaky', lost: 3, came: 2 },
      { application: 'new', lost: 0, came: 7 },
    ]);
  });

  test('processes, hidden and own sessions took no slot of a program', () => {
    const worker = aSession({ pid: 1, application: 'leaky', user: 'leaky', backendType: 'parallel worker' });
    const own = aSession({ pid: 2, application: 'pg-headroom', user: 'headroom' });
    expect(newcomers([worker, own, aHiddenSession({ pid: 3 })])).toEqual([]);
  });
});
