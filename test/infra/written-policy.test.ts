import { expect, test } from 'vitest';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import type { PolicyInput } from '../../functions/core/policy/policy-schema.ts';
import type { WrittenPolicy } from '../../functions/core/policy/written-policy.ts';

/** Every path of keys in a type: `limits.maxVictims`. */
type PathsOf<Value> = Value extends readonly (infer Entry)[]
  ? PathsOf<Entry>
  : Value extends object
    ? { [Key in keyof Value & string]-?: Key | `${Key}.${PathsOf<NonNullable<Value[Key]>>}` }[keyof Value &
        string]
    : never;
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : never) : never;

test('the type of a written policy has the keys of the schema', () => {
  // With a key that only one of them has, this line is a type error.
  const same: Same<PathsOf<PolicyInput>, PathsOf<WrittenPolicy>> = true;
  expect(same).toBe(true);
});

test('a policy of that type parses', () => {
  const policy: WrittenPolicy = {
    mode: 'enforce',
    relieve: { when: { freeSlots: 5 }, until: { freeSlots: 20 }, ladder: [{ state: 'idle', minAge: '1h' }] },
    reap: { minAge: '8h' },
    limits: { maxVictims: 50 },
    include: { users: ['app'] },
    protect: { poolers: ['10.0.3.0/28'], temporaryTables: true },
  };
  expect(parsePolicy(policy)).toMatchObject({ mode: 'enforce', reap: { minAgeMs: 28_800_000 } });
});
