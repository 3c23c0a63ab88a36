import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { policySchema } from '../../../functions/core/policy/policy-schema.ts';
import { refusedAt } from '../../events/refused.ts';

const NAME = 'a name, exact or with "*" for any text, or "(none)" for an empty one';
const ADDRESS = 'a network such as "10.0.3.0/28" without host bits, an address, "*", "local" or "(none)"';
const NETWORK = 'a network such as "10.0.3.0/28" without host bits, an address, or "local"';
const AGE = 'an age such as "90s", "10m", "8h" or "2d"';
const ONE_TO_100 = 'a whole number from 1 to 100';

describe('What is allowed is said in the same words, for a wrong type and for a wrong value', () => {
  test.each([
    ['mode', { mode: 'kill' }, '"off" or "observe" or "enforce"'],
    ['mode', { mode: 5 }, '"off" or "observe" or "enforce"'],
    ['relieve.when.usedPercent', { relieve: { when: { usedPercent: 0 } } }, ONE_TO_100],
    ['relieve.when.usedPercent', { relieve: { when: { usedPercent: 101 } } }, ONE_TO_100],
    ['relieve.when.usedPercent', { relieve: { when: { usedPercent: 'x' } } }, ONE_TO_100],
    ['relieve.until.freeSlots', { relieve: { until: { freeSlots: 0 } } }, 'a whole number from 1'],
    ['relieve.when', { relieve: { when: {} } }, 'either usedPercent or freeSlots'],
    [
      'relieve.when',
      { relieve: { when: { usedPercent: 90, freeSlots: 9 } } },
      'either usedPercent or freeSlots',
    ],
    ['relieve.ladder', { relieve: { ladder: 'x' } }, 'a list of rungs'],
    ['relieve.ladder[0].minAge', { relieve: { ladder: [{ state: 'idle', minAge: 5 }] } }, AGE],
    ['relieve.ladder[0].minAge', { relieve: { ladder: [{ state: 'idle', minAge: '10min' }] } }, AGE],
    ['reap.minAge', { reap: { minAge: '8 h' } }, AGE],
    ['limits.maxPercent', { limits: { maxPercent: 1.5 } }, 'a whole number from 0 to 100'],
    ['limits.maxVictims', { limits: { maxVictims: -1 } }, 'a whole number from 0 to 5000'],
    ['include.users', { include: { users: 'x' } }, 'a list of texts'],
    ['include.users[0]', { include: { users: [''] } }, NAME],
    ['include.users[0]', { include: { users: [5] } }, NAME],
    ['include.addresses[0]', { include: { addresses: ['x'] } }, ADDRESS],
    ['include.addresses[0]', { include: { addresses: [5] } }, ADDRESS],
    ['protect.poolers[0]', { protect: { poolers: ['*'] } }, NETWORK],
    ['protect.poolers[0]', { protect: { poolers: [5] } }, NETWORK],
    ['protect.listeners', { protect: { listeners: 'yes' } }, 'true or false'],
    ['$schema', { $schema: 5 }, 'the address of a JSON Schema'],
  ])('%s in %j', (path, policy, allowed) => {
    expect(refusedAt(policy)).toContainEqual({ path, found: expect.any(String), allowed });
  });
});

describe('The JSON Schema', () => {
  const schema = JSON.stringify(z.toJSONSchema(policySchema, { io: 'input' }));

  test('asks for exactly one of the two units', () => {
    expect(schema).toContain('"minProperties":1,"maxProperties":1');
  });

  test('knows every key of the policy, and no other', () => {
    const { properties, additionalProperties } = JSON.parse(schema);
    const keys = ['$schema', 'include', 'limits', 'mode', 'protect', 'reap', 'relieve'];
    expect(Object.keys(properties).toSorted()).toEqual(keys);
    expect(additionalProperties).toBe(false);
  });
});
