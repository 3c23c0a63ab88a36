import { describe, expect, test, vi } from 'vitest';
import type { Trigger } from '../../functions/core/trigger/trigger.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { aLogLines, anAlarm, aPolicy, aRefused } from '../support/builders.ts';
import { aRequest } from '../support/runs.ts';

const NOW = new Date().toISOString();
const POLICY = aPolicy({ mode: 'enforce' });
const OURS = aRefused({ user: 'headroom', count: 7, last: NOW });
const THEIRS = aRefused({ user: 'app', count: 2, last: NOW });

/** A server that lets nobody in. */
function closedPorts(role: string | null) {
  const ownRole = vi.fn(async () => role);
  const problem = { code: 'connect-full', message: 'No way in.' } as const;
  const connect = vi.fn<RemediatePorts['connect']>(async () => ({
    problem,
    connecting: { attempts: 1, refusals: [] },
  }));
  const ports: RemediatePorts = {
    ownRole,
    connect,
    recall: async () => null,
    readPooler: async () => null,
    now: Date.now,
    sleep: async () => {},
    log: () => {},
  };
  return { ports, ownRole, connect };
}

async function runFor(trigger: Trigger, role: string | null, logStream: string | null = null) {
  const { ports, ownRole, connect } = closedPorts(role);
  const record = await remediate(aRequest({ policy: POLICY, trigger, logStream }), ports);
  return { record, asked: ownRole.mock.calls.length, connected: connect.mock.calls.length };
}

const linesOf = (...refused: readonly (typeof OURS)[]) => aLogLines({ at: NOW, lines: 9, refused });

describe('Log lines of our own refused attempts', () => {
  test('only: the run is muted, says why, and makes no connection', async () => {
    const { record, connected } = await runFor(linesOf(OURS), 'headroom');
    expect(record).toMatchObject({
      outcome: 'muted',
      why: 'All refusals in the lines (7) are of our own role.',
      problem: null,
      connecting: { attempts: 0 },
      trigger: { refused: [], own: 7 },
    });
    expect(connected).toBe(0);
  });

  test('and of others: the others count, and ours are no evidence', async () => {
    const { record, connected } = await runFor(linesOf(OURS, THEIRS), 'headroom');
    expect(record).toMatchObject({
      outcome: 'cannot-connect',
      why: null,
      trigger: { kind: 'log-lines', refused: [{ user: 'app', count: 2 }], own: 7 },
    });
    expect(connected).toBe(1);
  });

  test('where our role is not known, all of them count', async () => {
    const { record } = await runFor(linesOf(OURS), null);
    expect(record).toMatchObject({
      outcome: 'cannot-connect',
      trigger: { refused: [{ user: 'headroom' }], own: 0 },
    });
  });
});

describe('Our role is asked for', () => {
  test.each<[string, Trigger, number]>([
    ['when lines tell of refusals', linesOf(THEIRS), 1],
    ['and not when they tell of none', linesOf(), 0],
    ['nor for an alarm', anAlarm({ at: NOW }), 0],
    ['nor for a schedule', { kind: 'schedule', at: null, id: null }, 0],
  ])('%s', async (_, trigger, times) => {
    expect((await runFor(trigger, 'headroom')).asked).toBe(times);
  });
});

test("lines of another instance's stream are muted: no connection, and no credentials are read", async () => {
  const trigger = { ...linesOf(THEIRS), logStream: 'orders-2.0' };
  const elsewhere = await runFor(trigger, 'headroom', 'orders-1');
  expect(elsewhere).toMatchObject({
    asked: 0,
    connected: 0,
    record: { outcome: 'muted', trigger: { elsewhere: 2 } },
  });
  expect(elsewhere.record.why).toContain('orders-2.0');
  expect((await runFor(trigger, 'headroom', 'orders-2')).connected).toBe(1);
});

test.each<[string, Trigger, string]>([
  ['lines of six minutes ago', aLogLines({ at: new Date(Date.now() - 360_000).toISOString() }), 'stale'],
  ['a control message', { kind: 'notice', notice: 'control', at: null }, 'muted'],
  ['a heartbeat', { kind: 'notice', notice: 'heartbeat', at: null }, 'muted'],
  ['a message of our own', { kind: 'notice', notice: 'own-message', at: null }, 'muted'],
])('%s: no connection is made, and the record says why', async (_, trigger, outcome) => {
  const { record, connected } = await runFor(trigger, 'headroom');
  expect(record).toMatchObject({ outcome, why: expect.stringMatching(/\.$/), connecting: { attempts: 0 } });
  expect(connected).toBe(0);
});
