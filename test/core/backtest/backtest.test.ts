import { describe, expect, test } from 'vitest';
import { type ReplayedRun, replayRun } from '../../../functions/core/backtest/replay-run.ts';
import { sumBacktest } from '../../../functions/core/backtest/sum-backtest.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { PLANNER_VERSION } from '../../../functions/core/plan/planner-version.ts';
import { parsePolicy } from '../../../functions/core/policy/parse-policy.ts';
import type { KeptRecord } from '../../../functions/core/run/kept-record.ts';
import { recordings } from '../../incidents/recordings.ts';

const RECORDS: readonly KeptRecord[] = recordings().map(({ record }) => ({ ...record, reduced: [] }));
const PLANNED = RECORDS.filter(({ plan, snapshot }) => plan !== null && snapshot !== null);

function replayed(record: KeptRecord, policy: unknown, against: unknown = null): ReplayedRun {
  const result = replayRun(record, parsePolicy(policy), against === null ? null : parsePolicy(against));
  if ('reason' in result) throw new Error(result.reason);
  return result;
}

describe('Every recorded run', () => {
  test('is planned again with its own policy exactly as it was', () => {
    expect(PLANNED.length).toBeGreaterThan(150);
    for (const { snapshot, policy, trigger, plan } of PLANNED)
      if (snapshot !== null) expect(planRemediation(snapshot, policy, trigger.kind)).toEqual(plan);
  });

  test('is the same plan for its own policy, and says so for this version of the planner', () => {
    for (const record of PLANNED) {
      const run = replayRun({ ...record, planner: PLANNER_VERSION }, record.policy, null);
      expect(run).toMatchObject({ isFaithful: true, isOtherCode: false, more: [], fewer: [] });
    }
  });

  test('gains and loses what only one of the two policies would end', () => {
    for (const record of PLANNED) {
      const { before, after, more, fewer } = replayed(record, { limits: { maxVictims: 7 } }, {});
      const ids = (those: readonly { readonly id: string }[]) => those.map(({ id }) => id).toSorted();
      expect(after.victims.length).toBeLessThanOrEqual(7);
      expect(ids([...before.victims, ...more])).toEqual(ids([...after.victims, ...fewer]));
    }
  });
});

const LEAK = PLANNED.filter(({ plan }) => (plan?.victims.length ?? 0) > 3);
const [leak] = LEAK;
if (leak === undefined) throw new Error('No recording has a plan with victims.');

describe('A run', () => {
  test.each([
    ['reduced', { reduced: ['statements'] }],
    ['no snapshot', { snapshot: null }],
    ['no plan', { plan: null }],
  ] as const)('is not replayed: %s', (reason, fields) => {
    expect(replayRun({ ...leak, ...fields }, leak.policy, null)).toEqual({ reason });
  });

  test('of a changed planner is told apart from one of a changed policy', () => {
    const plan = leak.plan === null ? null : { ...leak.plan, victims: leak.plan.victims.slice(1) };
    const older = replayRun({ ...leak, plan }, leak.policy, null);
    expect(older).toMatchObject({ isFaithful: null, isOtherCode: true });
    const faulty = replayRun({ ...leak, plan, planner: PLANNER_VERSION }, leak.policy, null);
    expect(faulty).toMatchObject({ isFaithful: false });
  });

  test('loses no session to a policy that is off', () => {
    const { after, fewer, before } = replayed(leak, { mode: 'off' });
    expect([after.victims, fewer.length]).toEqual([[], before.victims.length]);
  });
});

describe('Sums', () => {
  const off = { mode: 'off' };
  const at = (startedAt: string, runId: string, server = leak.server) =>
    replayed({ ...leak, startedAt, runId, server }, off);

  test('count a session once, however many runs saw it, and for each server', () => {
    const once = sumBacktest([at('2026-11-01T00:00:00Z', 'a')], 0);
    const twice = sumBacktest([at('2026-11-01T00:00:00Z', 'a'), at('2026-11-01T00:05:00Z', 'b')], 0);
    expect([twice.fewer, twice.before, twice.after]).toEqual([once.fewer, once.before, 0]);
    expect(twice.programs).toEqual(once.programs);
    const servers = sumBacktest(
      [at('2026-11-01T00:00:00Z', 'a'), at('2026-11-01T00:00:00Z', 'b', 'other')],
      0,
    );
    expect(servers.fewer).toBe(2 * once.fewer);
  });

  test('count runs within an hour as one incident, in any order', () => {
    const times = ['03:00', '00:00', '00:50', '01:45', '05:00'];
    const runs = times.map((time) => at(`2026-11-01T${time}:00Z`, time));
    expect(sumBacktest(runs, 0)).toMatchObject({ incidents: 3, changedIncidents: 3 });
    expect(sumBacktest(runs, 0).runs.map(({ runId }) => runId)).toEqual(times.toSorted());
  });

  test('count what was not replayed, by reason', () => {
    const sum = sumBacktest([{ reason: 'reduced' }, { reason: 'reduced' }, { reason: 'no plan' }], 4);
    expect(sum.left).toEqual({ reduced: 2, 'no snapshot': 0, 'no plan': 1, unreadable: 4 });
  });
});
