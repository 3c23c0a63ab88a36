import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planFromCount } from '../../../functions/core/plan/plan-from-count.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { slotHolders } from '../../../functions/core/server/slots.ts';
import { aPolicy } from '../../support/builders.ts';
import { policies, snapshots } from './arbitraries.ts';

const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 400) };

describe('A count of slots alone', () => {
  test('is planned by only where a look at the sessions would have come to the same', () => {
    fc.assert(
      fc.property(snapshots, policies, (snapshot, fields) => {
        const policy = aPolicy(fields);
        const quiet = planFromCount({ slots: snapshot.slots, used: slotHolders(snapshot).length }, policy);
        const looked = planRemediation(snapshot, policy, 'schedule');
        if (quiet === null) expect(looked.verdict !== 'healthy' || policy.reap !== null).toBe(true);
        else expect({ ...looked, spared: [] }).toEqual(quiet);
      }),
      RUNS,
    );
  });
});
