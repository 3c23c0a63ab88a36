import { expect, test } from 'vitest';
import { heldBack } from '../../../functions/core/plan/held-back.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { aPolicy, HOUR } from '../../support/builders.ts';
import { sessionsOf, snapshotOf } from '../../support/records.ts';

const SNAPSHOT = snapshotOf(
  sessionsOf([{ application: 'billing', user: 'app', count: 57, fromAgeMs: 2 * HOUR }]),
);

/** How often the sessions are read to find what holds slots back. */
function readsFor(written: Parameters<typeof aPolicy>[0]): number {
  const policy = aPolicy({ ...written, limits: { maxVictims: 1 } });
  const plan = planRemediation(SNAPSHOT, policy, 'alarm');
  let reads = 0;
  const counted = {
    ...SNAPSHOT,
    get sessions() {
      reads += 1;
      return SNAPSHOT.sessions;
    },
  };
  expect(heldBack(plan, counted, policy, 'alarm').map(({ keys }) => keys)).toEqual([['limits.maxVictims']]);
  return reads;
}

test('only keys that have an effect in the policy are tried', () => {
  const plain = readsFor({});
  const more = readsFor({ include: { users: ['app'] }, protect: { databases: ['billing'] } });
  const each = readsFor({ include: { users: ['app'] } }) - plain;
  expect(each).toBeGreaterThan(0);
  expect(more - plain).toBe(2 * each);
});
