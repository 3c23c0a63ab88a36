import { describe, expect, test } from 'vitest';
import type { Session } from '../../functions/core/server/session.ts';
import type { Slots } from '../../functions/core/server/snapshot.ts';
import type { TriggerKind } from '../../functions/core/trigger/trigger.ts';
import { plain } from '../../functions/render/terminal/paint.ts';
import { renderPlan } from '../../functions/render/terminal/plan-text.ts';
import { type Screen, WIDE_SCREEN } from '../../functions/render/terminal/screen.ts';
import {
  aPlan,
  aPolicy,
  aSession,
  aSnapshot,
  HOUR,
  MINUTE,
  SECOND,
  someSessions,
  type WrittenPolicy,
} from '../support/builders.ts';

function textOf(
  sessions: readonly Session[],
  {
    slots = { max: 23 },
    policy: written = {},
    trigger = 'alarm',
  }: {
    readonly slots?: Partial<Slots>;
    readonly policy?: WrittenPolicy;
    readonly trigger?: TriggerKind;
  } = {},
  screen: Screen = WIDE_SCREEN,
): string {
  const [snapshot, policy] = [aSnapshot({ sessions, slots }), aPolicy(written)];
  const plan = aPlan({ snapshot, policy, trigger });
  return renderPlan(
    { source: 'db:5432', policyName: 'p.json', snapshot, policy, trigger, plan },
    plain,
    screen,
  );
}

/** 20 usable slots, all taken. */
const FULL = [
  ...someSessions(12, 100, (at) => ({ application: 'leaky', stateAgeMs: 2 * HOUR + at * MINUTE })),
  ...someSessions(3, 200, (at) => ({ application: 'web', stateAgeMs: (at + 1) * SECOND })),
  ...someSessions(4, 300, { application: 'web', state: 'active' }),
  aSession({ pid: 400, application: '', user: 'ann', lastStatement: 'LISTEN x' }),
  aSession({ pid: 1, application: '', user: null, database: null, backendType: 'checkpointer', state: null }),
  aSession({ pid: 2, application: '', user: null, database: null, backendType: 'walwriter', state: null }),
];

test('a plan is told on one screen', () => {
  const text = textOf(FULL, { policy: { limits: { maxVictims: 3 } } });
  expect(text).toBe(`\
Partial: ending 3 sessions leaves 1 slot missing.
  4 are needed, maxVictims allows 3 sessions.
  Without limits.maxVictims (3) 1 more session would end, and no slot would be missing.
  db:5432, PostgreSQL 18.4, 2026-11-21 03:15:43 UTC
  Policy p.json, mode observe: acts at 95 % used, until 80 % used; trigger alarm

Slots
  scope   usable        used  free  need  used then  free then
  server      20  20 (100 %)     0     4  17 (85 %)          3  under pressure, 1 missing

To end: 3 sessions
  pid  application  user  database  address   idle for  rung
  111  leaky        app   orders    10.0.0.7  2h 11m    1: idle 1h
  110  leaky        app   orders    10.0.0.7  2h 10m    1: idle 1h
  109  leaky        app   orders    10.0.0.7  2h 9m     1: idle 1h

Spared: 19 sessions
  sessions  why                                                       application  user  database
         1  above the limit for one run                               leaky        app   orders
         1  kept: one of program leaky, 12 sessions                   leaky        app   orders
         7  not needed: enough slots without it                       leaky        app   orders
         3  too young: idle for 1s to 3s                              web          app   orders
         4  active                                                    web          app   orders
         1  protected: listens for notifications (protect.listeners)  (none)       ann   orders
         2  never ended: the server's own processes
  A LISTENer that has run another statement since cannot be recognized. Protect
  it by its name in the policy.`);
});

describe('the first line says the verdict', () => {
  test.each<readonly [string, readonly Session[], WrittenPolicy, TriggerKind]>([
    ['Healthy: no pressure, nothing to do.', [], {}, 'alarm'],
    [
      'Healthy: no pressure; the policy would reap 1 session.',
      someSessions(2, 1, { stateAgeMs: 9 * HOUR }),
      { reap: { minAge: '8h' } },
      'schedule',
    ],
    ['Sufficient: ending 4 sessions restores headroom.', FULL, {}, 'alarm'],
    ['Partial: ending 1 session leaves 3 slots missing.', FULL, { limits: { keepPerGroup: 11 } }, 'alarm'],
    [
      'No candidates: 4 slots missing, and the policy spares all sessions.',
      FULL,
      { include: { users: ['appx'] } },
      'alarm',
    ],
    [
      'No plan: the policy does not fit this server.',
      FULL,
      { relieve: { when: { freeSlots: 5 }, until: { freeSlots: 50 } } },
      'alarm',
    ],
  ])('%s', (expected, sessions, policy, trigger) => {
    expect(textOf(sessions, { policy, trigger }).split('\n')[0]).toBe(expected);
  });
});

test('each scope has a line with its slots now and then', () => {
  const sessions = [...someSessions(5, 100, { user: 'batch' }), ...someSessions(3, 200)];
  const text = textOf(sessions, { slots: { max: 40, roles: [{ name: 'batch', limit: 5 }] } });
  expect(text).toContain('role batch       5  5 (100 %)     0     1   4 (80 %)          1  under pressure\n');
  expect(text).toContain('server          37   8 (21 %)    29     0   7 (18 %)         30  no pressure\n');
});

test('free slots are never shown below 0, the reserve in use is', () => {
  expect(textOf(FULL, { slots: { max: 21 } })).toContain(
    'server      18  20 (111 %)     0     6  14 (77 %)          4  under pressure, 2 reserved slots in use',
  );
});

describe('many victims', () => {
  const MANY = {
    slots: { max: 63 },
    policy: { limits: { maxPercent: 100 }, relieve: { until: { usedPercent: 20 } } },
  };

  test('are shown by program', () => {
    const text = textOf(someSessions(60, 100), MANY);
    expect(text).toMatch(/To end: 48 sessions\n +sessions {2}application[^\n]*\n +48 {2}web +app +orders/);
    expect(text).toContain('  Each session with --all.');
  });

  test('are shown one by one where that is asked for', () => {
    const text = textOf(someSessions(60, 100), MANY, { ...WIDE_SCREEN, all: true });
    expect(text.match(/1: idle 1h/g)).toHaveLength(48);
  });

  test.each([60, 80])('no line of a table is wider than %i columns', (columns) => {
    const text = textOf(someSessions(19, 100), { slots: { max: 22 } }, { columns, all: false });
    const tables = text.slice(text.indexOf('Slots'));
    expect(Math.max(...tables.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(tables).toMatch(/server.*under pressure/);
    expect(tables).toMatch(/pid +application/);
  });
});

test('names that clients chose neither break a line nor reach the terminal as they are', () => {
  const hostile = '\u001b[2J\nhealthy\u202e\u009b';
  const named = { application: hostile, user: hostile, database: hostile, address: hostile };
  const text = textOf([...someSessions(20, 100, named), aSession({ ...named, pid: 1, state: hostile })]);
  expect(text).toMatch(/100 {2}\\u\{1b\}\[2J\\nhealthy/);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(text).not.toMatch(/^healthy/m);
});

describe('on a narrow screen', () => {
  const named = FULL.map((each) =>
    each.user === null
      ? each
      : { ...each, application: `billing-${each.application}`, user: 'billing_rw', database: 'orders_live' },
  );
  const at = (columns: number) => textOf(named, {}, { columns, all: false }).split('\n');

  test('the application of those that would end is whole, and the database goes first', () => {
    const title = at(60).find((line) => line.includes('idle for'));
    expect(title).toMatch(/pid {2}application +user +idle for +rung/);
  });

  test('why a session stays is worth more than its role and its database', () => {
    const why = at(80).filter((line) => line.includes("never ended: the server's own processes"));
    expect(why).toHaveLength(1);
    expect(at(80).some((line) => /sessions +why +application$/.test(line.trimEnd()))).toBe(true);
  });

  test('no line of a table is wider than the screen', () => {
    for (const columns of [60, 76, 80, 100])
      for (const line of at(columns).filter((each) => /^ {2}(?: |\d)/.test(each) && !each.includes('. ')))
        expect(line.length).toBeLessThanOrEqual(columns);
  });
});

test('slots afterwards are told only where a session would end', () => {
  const healthy = textOf(FULL.slice(0, 5));
  expect(healthy).toContain('no pressure');
  expect(healthy).not.toContain('used then');
  expect(textOf(FULL)).toContain('used then');
});
