import { expect, test } from 'vitest';
import { serverTimeMs } from '../../../functions/core/base/server-time.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { aPolicy, aSession, aSnapshot, someSessions } from '../../support/builders.ts';
import { ALARM, recordOf } from '../../support/records.ts';

const POLICY = aPolicy();
const { takenAt } = aSnapshot({ sessions: [] });
const NOW = serverTimeMs(takenAt) ?? Number.NaN;
const at = (agoMs: number) => new Date(NOW - agoMs).toISOString().replace('T', ' ').replace('Z', '000+00');

/** One host that has opened 60 sessions, five at a time, so far apart; each has run one piece of work since. */
function causeOf(apartMs: number) {
  const theirs = Array.from({ length: 60 }, (_, index) => {
    const openedMs = (13 - Math.floor(index / 5)) * apartMs + index;
    const statement = { lastStatement: 'SELECT name FROM items WHERE id = ?', stateAgeMs: openedMs - 1 };
    return aSession({
      pid: 1_000 + index,
      application: 'shop',
      backendStart: at(openedMs),
      stateChange: at(openedMs - 1),
      ...statement,
    });
  });
  const busy = someSessions(37, 2_000, {
    state: 'active',
    stateAgeMs: 5,
    user: 'other',
    address: '10.0.0.8',
  });
  const snapshot = aSnapshot({ sessions: [...theirs, ...busy] });
  const plan = planRemediation(snapshot, POLICY, 'alarm');
  return diagnose(recordOf('partial', { snapshot, policy: POLICY, plan, trigger: ALARM }));
}

test('pools that a host makes again every minute and never closes are a leak', () => {
  expect(causeOf(60_000)).toMatchObject({ cause: 'connection-leak', confidence: 'high' });
});

test('sessions that a host opens a few at a time within a second are no leak of pools', () => {
  expect(JSON.stringify(causeOf(60))).not.toContain('a pool of');
});
