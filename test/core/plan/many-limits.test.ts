import { expect, test } from 'vitest';
import { adviceFactsOf } from '../../../functions/core/advice/advice-facts.ts';
import { raiseLimit } from '../../../functions/core/advice/raise-limit.ts';
import { pressureNow, pressureOf } from '../../../functions/core/plan/pressure.ts';
import { aPolicy, someSessions } from '../../support/builders.ts';
import { runOf, snapshotOf } from '../../support/records.ts';

/** Each session is of a role of its own, which has a limit. */
const ROLES = 20_000;
const nameOf = (at: number) => `tenant_${at}`;

function snapshotWith(limitOf: (at: number) => number) {
  const sessions = someSessions(ROLES, 1_000, (at) => ({ user: nameOf(at), state: 'active' }));
  const roles = sessions.map((_, at) => ({ name: nameOf(at), limit: limitOf(at) }));
  return snapshotOf(sessions, { max: ROLES + 100, roles });
}

/** The product of sessions and limits would be 400 million comparisons, some seconds. */
function expectLittleCpu(work: () => void): void {
  const before = process.cpuUsage();
  work();
  const { user } = process.cpuUsage(before);
  expect(user / 1_000).toBeLessThan(1_000);
}

test('20,000 limits that are reached are measured again in one pass over the sessions', () => {
  const snapshot = snapshotWith(() => 1);
  const first = pressureOf(snapshot, aPolicy(), true);
  expect(first).toHaveLength(ROLES);
  expectLittleCpu(() => expect(pressureNow(first, snapshot, aPolicy())).toEqual(first));
});

test('the one limit of 20,000 that is reached is found in one pass over the sessions', () => {
  const snapshot = snapshotWith((at) => (at === ROLES - 1 ? 1 : 2));
  const facts = adviceFactsOf(runOf({ snapshot, policy: aPolicy() }), snapshot, {
    cause: 'role-limit',
    confidence: 'high',
    evidence: [],
    culprits: [],
  });
  expectLittleCpu(() =>
    expect(raiseLimit(facts)[0]?.text).toContain(`The only session that role ${nameOf(ROLES - 1)} may have`),
  );
});
