import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { policyTextOf } from '../../../functions/core/policy/policy-text.ts';
import { aPolicy, type WrittenPolicy } from '../../support/builders.ts';

test.each<WrittenPolicy>([
  {},
  { mode: 'enforce', reap: { minAge: '90m' } },
  { relieve: { when: { freeSlots: 3 }, until: { freeSlots: 10 } }, protect: { users: ['été*'] } },
])('%j parses to the same again once it is written', (written) => {
  const policy = aPolicy(written);
  expect(aPolicy(policyTextOf(policy))).toEqual(policy);
});

test('every age comes back, in its largest whole unit', () => {
  const reaping = (minAge: string) => aPolicy({ reap: { minAge } });
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 999_999 }), fc.constantFrom('s', 'm', 'h', 'd'), (count, unit) => {
      const policy = reaping(`${count}${unit}`);
      expect(aPolicy(policyTextOf(policy)).reap).toEqual(policy.reap);
    }),
  );
  expect(policyTextOf(reaping('7200s')).reap).toEqual({ minAge: '2h' });
});
