import { describe, expect, test } from 'vitest';
import { leakOf } from '../../../functions/render/page/leak.ts';
import { limitUseOf } from '../../../functions/render/page/limit-use.ts';
import { type LockNode, lockTreeOf, waitersIn } from '../../../functions/render/page/lock-tree.ts';
import { poolsOf } from '../../../functions/render/page/pools.ts';
import { refusedAddresses } from '../../../functions/render/page/refusals-chart.ts';
import { longestRunning, statementsOf } from '../../../functions/render/page/statements.ts';
import { aRefused, aSession, aSnapshot } from '../../support/builders.ts';
import { INCIDENTS, OBSERVED } from '../../support/incidents.ts';
import { factsOfPage, RECORDED, recorded } from '../../support/page-facts.ts';
import { pileUp, SHAPES } from '../../support/pile-ups.ts';

describe('the chart of a leak', () => {
  test('has one point for each session that was opened, and the room that others leave', () => {
    const leak = leakOf(factsOfPage(INCIDENTS.recovered()));
    expect(leak?.opened.length).toBe(42);
    expect(leak?.opened.map(({ atMs }) => atMs)).toEqual(
      leak?.opened.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
    );
    expect([leak?.usable, leak?.room]).toEqual([57, 41]);
  });

  test('drops by what the run ended, adds what came back, and says when the slots are full again', () => {
    const leak = leakOf(factsOfPage(INCIDENTS.recovered()));
    expect(leak?.after?.sessions).toBe(41 - 10 + 1);
    expect(leak?.forecast?.atMs).toBeGreaterThan(leak?.after?.atMs ?? 0);
    expect(leak?.forecast?.sessions).toBe(32 + 8);
  });

  test('has no forecast when the slots are full already, and no drop when nothing was ended', () => {
    expect(leakOf(factsOfPage(INCIDENTS.refilled()))?.forecast).toBeNull();
    const observed = leakOf(factsOfPage(OBSERVED['observe-recovered']?.() ?? INCIDENTS.recovered()));
    expect([observed?.after, observed?.forecast]).toEqual([null, null]);
  });
});

describe('what they run', () => {
  test('counts the sessions of each statement, the blamed first, with the longest and the pids', () => {
    const facts = factsOfPage(recorded('slow-queries-api-without-index'));
    const [first, ...others] = statementsOf(facts);
    expect(first).toMatchObject({ isBlamed: true, running: 17, sessions: 17, idle: 0 });
    expect(first?.statement).toMatch(/^SELECT count\(\*\) FROM/);
    expect(first?.longestMs).toBeGreaterThan(0);
    expect(first?.pids.length).toBe(17);
    expect(others.map(({ isBlamed }) => isBlamed)).toEqual([true, false]);
    expect(longestRunning(facts).length).toBe(17);
  });

  test('counts every session with a statement once, in every recorded incident', () => {
    for (const facts of RECORDED.values()) {
      const told = facts.evidence?.holders.filter(({ session }) => session.lastStatement) ?? [];
      const uses = statementsOf(facts);
      expect(uses.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(told.length);
      for (const { running, waiting, inTransaction, idle, sessions } of uses)
        expect(running + waiting + inTransaction + idle).toBeLessThanOrEqual(sessions);
    }
  });

  test('is empty when no statement was kept', () => {
    const run = INCIDENTS.recovered();
    const sessions = run.snapshot?.sessions.map((session) => ({ ...session, lastStatement: null })) ?? [];
    const silent = { ...run, snapshot: run.snapshot && { ...run.snapshot, sessions } };
    expect(statementsOf(factsOfPage(silent))).toEqual([]);
  });
});

describe('the tree of what waits for what', () => {
  const shapeOf = ({ pids, behind }: LockNode): unknown => [pids.length, ...behind.map(shapeOf)];

  test('shows a migration between the report that it waits for and the sessions behind it', () => {
    const { snapshot } = recorded('lock-pile-up-behind-a-migration');
    const [head] = snapshot === null ? [] : lockTreeOf(snapshot);
    expect(head && shapeOf(head)).toEqual([1, [1, [32]]]);
    expect(head?.sessions[0]?.application).toBe('report');
    expect(head && waitersIn(head)).toBe(33);
  });

  test('has the modes that are wanted, and a prepared transaction as pid 0', () => {
    const waiting = [11, 12].map((pid) => aSession({ pid, state: 'active', waitEvent: 'Lock:relation' }));
    const locks = [
      {
        kind: 'relation',
        holders: [{ pid: 0, mode: 'AccessExclusiveLock' }],
        waiters: waiting.map(({ pid }) => ({ pid: pid ?? 0, mode: 'AccessShareLock' })),
      },
    ];
    expect(lockTreeOf({ ...aSnapshot({ sessions: waiting }), locks })).toMatchObject([
      {
        pids: [0],
        sessions: [],
        wants: null,
        behind: [{ pids: [11, 12], wants: 'AccessShareLock', behind: [] }],
      },
    ]);
  });

  test('ends for each shape of 2,000 sessions, and shows no session twice', () => {
    for (const shape of Object.keys(SHAPES)) {
      const { snapshot } = pileUp(shape, 2_000);
      const heads = snapshot === null ? [] : lockTreeOf(snapshot);
      const pids = (node: LockNode): readonly number[] => [...node.pids, ...node.behind.flatMap(pids)];
      const all = heads.flatMap(pids);
      expect(new Set(all).size).toBe(all.length);
      expect([0, 2_000]).toContain(all.length);
    }
  });
});

describe('the bar of a limit', () => {
  test('counts what is inside the limit, by program', () => {
    const use = limitUseOf(factsOfPage(recorded('role-limit-at-work')));
    expect(use).toMatchObject({ name: { kind: 'role', name: 'batch' }, used: 8, holders: { usable: 8 } });
    expect(use?.holders.rows.map(({ sessions, isBlamed }) => [sessions, isBlamed])).toEqual([
      [5, true],
      [3, true],
    ]);
  });

  test('is that of walsenders when these ran out', () => {
    const use = limitUseOf(factsOfPage(recorded('replication-limit-several')));
    expect(use).toMatchObject({ name: { kind: 'walsenders' }, used: use?.holders.usable });
  });
});

test('pools show what each host holds and how much of it is used', () => {
  const pools = poolsOf(factsOfPage(recorded('oversized-idle-pools-four-pods')));
  expect(pools.map(({ held }) => held)).toEqual([12, 12, 12, 12]);
  expect(new Set(pools.map(({ address }) => address)).size).toBe(4);
  expect(pools.every(({ used, held }) => used < held)).toBe(true);
});

describe('refusals a second', () => {
  const blame = {
    isBlamed: () => false,
    isBlamedGroup: () => false,
    isBlamedRole: (role: string) => role === 'php',
  };
  const first = '2026-11-21T03:15:40.000Z';

  test('are counted by address, over at least a second, and marked by the blamed role', () => {
    const refused = [
      aRefused({ user: 'php', address: '10.0.0.1', count: 30, first, last: '2026-11-21T03:15:43.000Z' }),
      aRefused({ user: 'php', address: '10.0.0.1', count: 10, first, last: first, kind: 'role' }),
      aRefused({ user: 'web', address: '10.0.0.2', count: 5, first, last: first }),
    ];
    expect(refusedAddresses(refused, blame)).toMatchObject([
      { address: '10.0.0.1', count: 40, perSecond: 40 / 3, isBlamed: true },
      { address: '10.0.0.2', count: 5, perSecond: 5, isBlamed: false },
    ]);
  });
});
