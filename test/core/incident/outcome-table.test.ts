import { expect, test } from 'vitest';
import { meaningOf, OUTCOME_TABLE } from '../../../functions/core/incident/outcome-table.ts';
import { OUTCOMES } from '../../../functions/core/run/outcome.ts';

test('each outcome means this to those who follow a run', () => {
  const rows = OUTCOMES.map((outcome) => {
    const { unresolved, notify, keep, state, severity, exit, wantsLock } = OUTCOME_TABLE[outcome];
    return [outcome, unresolved, notify, keep, state, severity, exit, wantsLock].join(' | ');
  });
  expect(rows).toEqual([
    'healthy | false | never | false | calm | info | done | true',
    'reaped | false | always | true | calm | info | done | true',
    'recovered | false | always | true | relieved | warning | done | true',
    'partial | true | always | true | pressed | critical | remains | true',
    'refilled | true | always | true | pressed | critical | remains | true',
    'no-candidates | true | always | true | pressed | critical | remains | true',
    'unexplained | false | always | true | unexplained | warning | couldNot | true',
    'busy |  | after a refusal | false |  | info | couldNot | true',
    'paused | true | always | true | paused | critical | couldNot | true',
    'muted |  | never | false |  | info | couldNot | false',
    'stale |  | never | false |  | info | couldNot | false',
    'off |  | never | false |  | info | couldNot | false',
    'blind | true | always | true | unseen | critical | couldNot | true',
    'cannot-connect | true | always | true | unseen | critical | couldNot | false',
    'unverified | true | always | true | unseen | critical | couldNot | true',
    'failed | true | always | true | unseen | critical | couldNot | true',
  ]);
});

test.each(['observe', 'off'] as const)('a run in mode %s that expects to recover leaves pressure', (mode) => {
  expect(meaningOf('recovered', mode)).toEqual(OUTCOME_TABLE.partial);
  expect(meaningOf('reaped', mode)).toEqual(OUTCOME_TABLE.reaped);
});

test.each(OUTCOMES)('%s is critical exactly where it leaves something to a human', (outcome) => {
  const { severity, unresolved } = OUTCOME_TABLE[outcome];
  expect(severity === 'critical').toBe(unresolved === true);
});
