import { describe, expect, test } from 'vitest';
import { heldBack } from '../../../functions/core/plan/held-back.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { sparedByName } from '../../../functions/core/plan/spared-by-name.ts';
import { newcomersOf } from '../../../functions/core/run/newcomers.ts';
import { leadingIn, rankGroups } from '../../../functions/core/server/rank-groups.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import { mostlyText } from '../../../functions/render/base/phrases.ts';
import { heldBackTexts } from '../../../functions/render/message/held-back-text.ts';
import { releasedTexts } from '../../../functions/render/message/program-notes.ts';
import {
  anAttempt,
  aPolicy,
  aReading,
  aSession,
  aSnapshot,
  type WrittenPolicy,
} from '../../support/builders.ts';

const some = (count: number, from: number, fields: (at: number) => Partial<Session>): readonly Session[] =>
  Array.from({ length: count }, (_, at) => aSession({ pid: from + at, ...fields(at) }));
const full = (sessions: readonly Session[]) =>
  aSnapshot({ sessions, slots: { max: sessions.length, superuserReserved: 0 } });
const planned = (sessions: readonly Session[], written: WrittenPolicy) => {
  const policy = aPolicy({
    relieve: { when: { freeSlots: 1 }, until: { freeSlots: sessions.length } },
    ...written,
    limits: { maxPercent: 100, ...written.limits },
  });
  const snapshot = full(sessions);
  return { snapshot, policy, plan: planRemediation(snapshot, policy, 'alarm') };
};

describe('What people read goes by program', () => {
  const pods = some(80, 1, (at) => ({ application: `etl-${at}`, database: at < 60 ? 'billing' : `d${at}` }));

  test('a program is ranked once, with all of its sessions and what they are called together', () => {
    const { groups } = rankGroups(full([...pods, ...some(20, 201, () => ({ application: 'web' }))]));
    expect(groups.map(({ group, sessions, sharePercent }) => [group, sessions, sharePercent])).toEqual([
      [{ application: 'etl-*', user: 'app', database: '*' }, 80, 80],
      [{ application: 'web', user: 'app', database: 'orders' }, 20, 20],
    ]);
  });

  test('a snapshot is ranked once, however many ask', () => {
    const snapshot = full(pods);
    expect(rankGroups(snapshot)).toBe(rankGroups(snapshot));
  });

  test('and where more than half of them are is said', () => {
    const [pod] = rankGroups(full(pods)).groups;
    expect(pod && mostlyText(pod)).toBe('etl-*, 60 of 80 in database billing.');
    const names = (at: number) => `n-${'abcdefghij'[at]}`;
    const merged = full([
      ...some(9, 1, (at) => ({ user: 'mallory', application: names(at) })),
      ...some(7, 20, (at) => ({ user: `etl_${at}`, application: names(0), database: 'etl' })),
    ]);
    const [hidden] = rankGroups(merged).groups;
    expect(hidden && mostlyText(hidden)).toMatch(/, 9 of 16 of role mallory\.$/);
    const [even] = rankGroups(
      full(some(4, 1, (at) => ({ database: `d${at % 2}`, address: `10.0.0.${at % 2}` }))),
    ).groups;
    expect(even && mostlyText(even)).toBe('');
    const [host] = rankGroups(
      full(some(3, 1, (at) => ({ address: at < 2 ? '10.0.0.1' : '10.0.0.2' }))),
    ).groups;
    expect(host && mostlyText(host)).toBe('web, 2 of 3 from 10.0.0.1.');
  });

  test("of a limit's slots only its own sessions count", () => {
    const ranking = rankGroups(
      full([...pods, ...some(30, 201, () => ({ application: 'web', database: 'd70' }))]),
    );
    const pressure = { usable: 31, used: 31, free: 0, under: true, need: 1 };
    const leading = leadingIn(ranking, { ...pressure, scope: { kind: 'database', name: 'd70' } });
    expect([leading?.group.application, leading?.sessions]).toEqual(['web', 30]);
  });

  test('E5b: a slot that web-1 lost and web-2 took is re-taken', () => {
    const sessions = [aSession({ pid: 1, application: 'web-1' }), aSession({ pid: 2, application: 'web-1' })];
    const { snapshot, plan } = planned(sessions, { limits: { keepPerGroup: 1 } });
    const attempts = plan.victims.map(({ session }) => anAttempt(session));
    const came = [aSession({ pid: 9, application: 'web-2', backendStart: '2026-11-21 03:15:44+00' })];
    const reading = aReading({ came });
    expect(newcomersOf(snapshot, attempts, reading)).toMatchObject([{ lost: 1, came: 1, retaken: 1 }]);
  });
});

describe('Where slots stay missing', () => {
  test('the key that keeps is named, with what would happen without it', () => {
    const { plan, snapshot, policy } = planned(
      some(10, 1, () => ({})),
      { limits: { keepPerGroup: 4 } },
    );
    expect([plan.victims.length, plan.missing]).toEqual([6, 4]);
    const all = heldBack(plan, snapshot, policy, 'alarm');
    expect(all).toEqual([{ keys: ['limits.keepPerGroup'], more: 4, missing: 0 }]);
    expect(heldBackTexts(all, policy)).toEqual([
      'Without limits.keepPerGroup (4) 4 more sessions would end, and no slot would be missing.',
    ]);
  });

  test.each([
    ['limits.maxVictims', { limits: { keepPerGroup: 0, maxVictims: 2 } }],
    ['limits.maxPercent', { limits: { keepPerGroup: 0, maxPercent: 20 } }],
    ['protect.applications', { limits: { keepPerGroup: 0 }, protect: { applications: ['web'] } }],
    ['protect.users', { limits: { keepPerGroup: 0 }, protect: { users: ['app'] } }],
    ['include.databases', { limits: { keepPerGroup: 0 }, include: { databases: ['shop'] } }],
  ] as const)('%s is found by planning again without it', (key, written) => {
    const { plan, snapshot, policy } = planned(
      some(10, 1, () => ({})),
      written,
    );
    expect(heldBack(plan, snapshot, policy, 'alarm')).toMatchObject([{ keys: [key], missing: 0 }]);
  });

  test('keys that hold back only together are named together', () => {
    const { plan, snapshot, policy } = planned(
      some(10, 1, () => ({})),
      {
        limits: { keepPerGroup: 0 },
        protect: { applications: ['web'], users: ['app'] },
      },
    );
    expect(heldBack(plan, snapshot, policy, 'alarm')).toEqual([
      { keys: ['protect.users', 'protect.applications'], more: 10, missing: 0 },
    ]);
  });

  test('nothing is named where nothing is missing, or where no key helps', () => {
    const enough = planned(
      some(10, 1, () => ({})),
      { limits: { keepPerGroup: 0 } },
    );
    expect(heldBack(enough.plan, enough.snapshot, enough.policy, 'alarm')).toEqual([]);
    const busy = planned(
      some(10, 1, () => ({ state: 'active' })),
      {},
    );
    expect(heldBack(busy.plan, busy.snapshot, busy.policy, 'alarm')).toEqual([]);
  });

  test('released keeps are said', () => {
    const sessions = some(16, 1, (at) => ({ application: `${'abcdefgh'[at % 8]}x` }));
    const { plan, snapshot } = planned(sessions, { limits: { keepPerGroup: 1 } });
    expect(releasedTexts(plan, snapshot)).toEqual([
      '2 sessions of ax and bx would be kept by limits.keepPerGroup, but slots are missing: then all programs of the role together keep at most a tenth of its sessions, or a few.',
    ]);
  });
});

describe('Sessions that only their name spares', () => {
  test.each([
    [11, [['datadog-agent', 11, 'protect.builtinApplications']]],
    [10, []],
  ] as const)('are said from eleven of one program on: %i', (count, expected) => {
    const sessions = some(count, 1, () => ({ application: 'datadog-agent' }));
    const { plan, snapshot } = planned(sessions, {});
    const found = sparedByName(plan, snapshot);
    expect(found.map(({ group, sessions: spared, key }) => [group.application, spared, key])).toEqual(
      expected,
    );
  });

  test('a name that the policy protects is said with its own key', () => {
    const sessions = some(12, 1, (at) => ({ application: `web-${at}` }));
    const { plan, snapshot } = planned(sessions, { protect: { applications: ['web-*'] } });
    expect(sparedByName(plan, snapshot)).toMatchObject([{ sessions: 12, key: 'protect.applications' }]);
  });

  test('a name that cannot be decoded and may be a protected one is said as well', () => {
    const encodedNames = { undecoded: ['application' as const], application: null };
    const sessions = some(12, 1, () => ({ application: 'jos??', encodedNames }));
    const { plan, snapshot } = planned(sessions, { protect: { applications: ['josé'] } });
    expect(sparedByName(plan, snapshot)).toMatchObject([{ sessions: 12, key: 'protect.applications' }]);
  });

  test('a client with a few sessions under each of many such names does not hide them', () => {
    const names = [...'abcdefgh'].map((letter) => `pg_dump ${letter}`);
    const sessions = [
      ...some(16, 1, (at) => ({ user: 'mallory', application: names[at % 8] ?? '' })),
      ...some(10, 51, () => ({ user: 'ops', application: 'pg_dump' })),
    ];
    const { plan, snapshot } = planned(sessions, {});
    expect(sparedByName(plan, snapshot)).toEqual([
      {
        group: { application: '*', user: 'mallory', database: '*' },
        sessions: 16,
        key: 'protect.builtinApplications',
      },
    ]);
  });
});
