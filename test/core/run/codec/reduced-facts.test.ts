import { describe, expect, test } from 'vitest';
import { heldBack } from '../../../../functions/core/plan/held-back.ts';
import { planRemediation } from '../../../../functions/core/plan/plan-remediation.ts';
import { MAX_RECORD_BYTES, packRecord } from '../../../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../../../functions/core/run/codec/unpack-record.ts';
import type { RunRecord } from '../../../../functions/core/run/record.ts';
import { NO_SETTINGS, type PoolerState } from '../../../../functions/core/server/pooler.ts';
import { fullTextOf } from '../../../../functions/render/message/full-text.ts';
import { renderIncident } from '../../../../functions/render/message/render-incident.ts';
import { aPolicy, HOUR, someSessions } from '../../../support/builders.ts';
import { runOf, snapshotOf } from '../../../support/records.ts';

/** What is told of a record that was too large is true, though facts are missing. */

/** Names that nothing compresses, the same on every run. */
function makeNames(): () => string {
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(33 + Math.floor((state / 2 ** 32) * 94));
  };
  return () => Array.from({ length: 63 }, next).join('');
}

const noise = makeNames();
const OBSERVE = aPolicy({ mode: 'observe' });

function poolerOf(fields: Partial<PoolerState>): PoolerState {
  return {
    ...{ kind: 'pgbouncer', at: 'pooler:6432', addresses: ['10.0.9.9'], problem: null, version: '1.24' },
    ...{ pools: [], clients: [], clientCount: 0, sessions: [], unlisted: null, settings: NO_SETTINGS },
    ...fields,
  };
}

const somePools = (count: number): PoolerState['pools'] =>
  Array.from({ length: count }, () => ({
    ...{ database: noise(), serverDatabase: noise(), user: noise(), mode: 'transaction', size: 20 },
    ...{ clientsActive: 1, clientsWaiting: 3, sessionsActive: 1, sessionsIdle: 2, longestWaitMs: 1_500 },
  }));

const idle = someSessions(60, 20_000, { application: 'web', stateAgeMs: 3 * HOUR });

function sent(run: RunRecord) {
  const result = packRecord(run);
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(MAX_RECORD_BYTES);
  return { reduced: result.reduced, record: unpackRecord(result), result };
}

describe('statements that are left out', () => {
  const listeners = someSessions(700, 20_000, (at) => ({
    ...{ application: 'notifier', user: 'shop', stateAgeMs: 3 * HOUR, queryAgeMs: 3 * HOUR },
    lastStatement: `LISTEN orders_${at % 7}`,
  }));
  const wordy = someSessions(600, 40_000, () => ({
    ...{ state: 'active', stateAgeMs: 2_000, transactionAgeMs: 2_000 },
    lastStatement: `SELECT "${Array.from({ length: 14 }, noise).join('')}"`,
  }));
  const run = runOf({ snapshot: snapshotOf([...listeners, ...wordy], { max: 1_303 }), policy: OBSERVE });
  const { record, reduced } = sent(run);

  test('leave behind what a session holds by its own', () => {
    expect(reduced).toEqual(['statements']);
    const statements = new Set(record.snapshot?.sessions.map(({ lastStatement }) => lastStatement));
    expect(statements).toEqual(new Set([null, 'LISTEN']));
  });

  test('change nothing about which key of the policy keeps sessions', () => {
    const { text } = renderIncident(record, reduced);
    expect(text).toContain(
      'Without protect.listeners (clients that wait for notifications) 260 more sessions',
    );
    expect(text).not.toContain('Without limits.');
  });
});

test('a plan that the record can no longer lead to is not made again without some keys', () => {
  const policy = aPolicy({ mode: 'observe', limits: { maxVictims: 5 } });
  const snapshot = snapshotOf(idle, { max: 63 });
  const plan = planRemediation(snapshot, policy, 'alarm');
  expect(heldBack(plan, snapshot, policy, 'alarm')).not.toEqual([]);
  const others = { ...snapshot, sessions: snapshot.sessions.slice(0, 50) };
  expect(heldBack(plan, others, policy, 'alarm')).toEqual([]);
});

describe('a pooler that fills the record by itself', () => {
  test('with 5,000 pools: sessions and plan stay, and no sum of some pools is told', () => {
    const pooler = poolerOf({ pools: somePools(5_000), clientCount: 5_000 });
    const run = runOf({ snapshot: { ...snapshotOf(idle), pooler }, policy: OBSERVE });
    const { record, reduced } = sent(run);
    expect(reduced).not.toContain('spared sessions');
    expect(record.snapshot?.pooler?.pools).toEqual([]);
    expect(record.plan?.victims.map(({ session }) => session.pid)).toEqual(
      run.plan?.victims.map(({ session }) => session.pid),
    );
  });

  test('with sessions on other servers: those on this one are still known, and so spared', () => {
    const elsewhere = Array.from({ length: 9_000 }, (_, at) => ({
      pid: 100_000 + at,
      user: noise(),
      client: null,
    }));
    const here = idle.slice(0, 20).map(({ pid }) => ({ pid: pid ?? 0, user: 'app', client: null }));
    const pooler = poolerOf({ sessions: [...elsewhere, ...here] });
    const { record, reduced } = sent(runOf({ snapshot: { ...snapshotOf(idle), pooler }, policy: OBSERVE }));
    expect(reduced).toContain('pooler');
    expect(record.snapshot?.pooler?.sessions.map(({ pid }) => pid)).toEqual(here.map(({ pid }) => pid));
    expect(fullTextOf(record, reduced)).toContain('20 sessions come through PgBouncer.');
  });

  test('with clients that wait in 5,000 databases: those with most are named, the others counted', () => {
    const refusals = Array.from({ length: 5_000 }, (_, at) => ({
      ...{ kind: 'pooler', name: noise(), count: at + 1 },
    })) as NonNullable<RunRecord['snapshot']>['refusals'];
    const snapshot = { ...snapshotOf(idle), pooler: poolerOf({ pools: somePools(30) }), refusals };
    const { record } = sent(runOf({ snapshot, policy: OBSERVE }));
    expect(record.snapshot?.refusals.map(({ count }) => count)).toEqual(
      Array.from({ length: 20 }, (_, at) => 5_000 - at),
    );
    const text = fullTextOf(runOf({ snapshot, policy: OBSERVE })).replaceAll(/\s+/g, ' ');
    expect(text).toContain('So do clients of 4997 more databases.');
  });

  test('that takes no more clients: it still says so', () => {
    const waiting = Array.from(
      { length: 5_000 },
      () => ({ kind: 'pooler', name: noise(), count: 3 }) as const,
    );
    const refusals = [...waiting, { kind: 'pooler', name: null, count: 1 } as const];
    const snapshot = { ...snapshotOf(idle), pooler: poolerOf({ pools: somePools(30) }), refusals };
    const { record, reduced } = sent(runOf({ snapshot, policy: OBSERVE }));
    expect(record.snapshot?.refusals).toHaveLength(20);
    expect(fullTextOf(record, reduced)).toContain('PgBouncer takes no more clients.');
  });

  test('that counts its sessions by its pools: without them no number of sessions is told', () => {
    const unlisted = { cause: 'no-process-ids', addresses: ['10.0.9.9'], unknownHosts: [] } as const;
    const pooler = poolerOf({ kind: 'odyssey', pools: somePools(5_000), unlisted });
    const { record, reduced } = sent(runOf({ snapshot: { ...snapshotOf(idle), pooler }, policy: OBSERVE }));
    expect(fullTextOf(record, reduced)).not.toMatch(/sessions? comes? through/);
  });
});
