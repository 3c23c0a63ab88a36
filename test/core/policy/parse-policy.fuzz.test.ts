import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../../functions/core/base/errors.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { parsePolicy, parsePolicyText } from '../../../functions/core/policy/parse-policy.ts';
import { aPolicy, aSnapshot, someSessions } from '../../support/builders.ts';
import { policies } from '../plan/arbitraries.ts';
import { isAllowed } from './allowed-policy.ts';

const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 1_000) };

/** True when accepted; anything but the coded refusal fails the test. */
function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (!(error instanceof RemediationError) || error.code !== 'policy-invalid') throw error;
    expect(error.message).toMatch(/^The policy has \d+ problems?;/);
    return false;
  }
}

/** Values that stand where a policy's values stand, right ones and wrong ones. */
const atoms = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    1,
    5,
    50,
    100,
    101,
    -1,
    -0,
    1.5,
    1e21,
    null,
    true,
    false,
    '',
    '5',
    '(none)',
    '*',
  ),
  fc.constantFrom<unknown>(
    '10s',
    '9s',
    '5m',
    '1h',
    '2d',
    'idle',
    'active',
    'idle in transaction',
    'observe',
    'off',
    '02:00',
    '24:00',
    'Europe/Berlin',
    'Europe/Nowhere',
    'blocks',
  ),
  fc.constantFrom<unknown>(
    '10.0.0.0/8',
    '10.0.0.1/8',
    '10.0.0.1',
    '10.0.0.0/33',
    'local',
    '::1',
    '::1/128',
    '1.2.3',
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
);

/** Every place in a JSON value, as the container and the key. */
function placesIn(value: unknown): readonly (readonly [object, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[value, key] as const, ...placesIn(inner)]);
}

type Change = { readonly at: number; readonly what: 'replace' | 'remove' | 'add'; readonly by: unknown };

/** One small change somewhere: half of what comes of it is still allowed. */
function changed(policy: unknown, { at, what, by }: Change): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(policy));
  const places = placesIn(copy);
  const [container, key] = places[at % places.length] ?? [{}, ''];
  if (what === 'replace') Reflect.set(container, key, by);
  else if (what === 'add')
    Reflect.set(container, Array.isArray(container) ? container.length : 'surprise', by);
  else if (Array.isArray(container)) container.splice(Number(key), 1);
  else Reflect.deleteProperty(container, key);
  return copy;
}

const changes: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(1_000),
  what: fc.constantFrom('replace', 'replace', 'remove', 'add'),
  by: atoms,
});
const lookalikes = fc
  .record({ policy: policies, several: fc.array(changes, { minLength: 1, maxLength: 2 }) })
  .map(({ policy, several }) => several.reduce<unknown>(changed, policy));

describe('Whatever is given as a policy', () => {
  test('the checker of this test agrees with what generated policies are', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(isAllowed(JSON.parse(JSON.stringify(policy)))).toBe(true);
        expect(accepts(() => parsePolicyText(JSON.stringify(policy)))).toBe(true);
      }),
      RUNS,
    );
  });

  test('no value makes the parser throw anything but the coded refusal', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withDate: true, withMap: true }), (value) => {
        accepts(() => parsePolicy(value));
      }),
      RUNS,
    );
  });

  test('no JSON value and no text is accepted that the specification refuses', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        if (accepts(() => parsePolicyText(text))) expect(isAllowed(JSON.parse(text))).toBe(true);
      }),
      RUNS,
    );
  });

  test('what looks like a policy is accepted exactly where the specification allows it', () => {
    fc.assert(
      fc.property(lookalikes, (policy) => {
        const text = JSON.stringify(policy);
        expect(accepts(() => parsePolicyText(text))).toBe(isAllowed(JSON.parse(text)));
      }),
      { numRuns: RUNS.numRuns * 4 },
    );
  });
});

describe('Large policies', () => {
  /** Of processor time, far above what any of these takes: what is sought is text whose cost explodes. */
  const A_HANG_MS = 10_000;
  /** By this thread's own clock: other work on the machine does not count. */
  const within = (ms: number, work: () => unknown) => {
    const start = process.threadCpuUsage();
    work();
    expect(process.threadCpuUsage(start).user / 1_000).toBeLessThan(ms);
  };
  const deep = (depth: number) => `{"mode":${'['.repeat(depth)}${']'.repeat(depth)}}`;

  test('patterns of many wildcards are matched in no time', () => {
    const pattern = `${'*a'.repeat(2_000)}b`;
    const policy = aPolicy({ include: { applications: [pattern, `${'a*'.repeat(2_000)}c`] } });
    const sessions = someSessions(500, 1, (index) => ({ application: 'a'.repeat(5_000 + index) }));
    const snapshot = aSnapshot({ sessions, slots: { max: 500, superuserReserved: 0 } });
    within(A_HANG_MS, () => planRemediation(snapshot, policy, 'alarm'));
  });

  test.each([
    ['a million stars', JSON.stringify({ include: { users: ['*'.repeat(1_000_000)] } })],
    ['a name of a megabyte', JSON.stringify({ protect: { users: ['x'.repeat(1_000_000)] } })],
    ['an address of a megabyte', JSON.stringify({ include: { addresses: [':'.repeat(1_000_000)] } })],
    ['an age of a megabyte', JSON.stringify({ reap: { minAge: `${'1'.repeat(1_000_000)}s` } })],
    ['twenty thousand faults', JSON.stringify({ include: { users: Array(20_000).fill('') } })],
    [
      'ten thousand rungs',
      JSON.stringify({ relieve: { ladder: Array(10_000).fill({ state: 'idle', minAge: '1h' }) } }),
    ],
    ['a deep nest', deep(5_000)],
    ['an abyss', deep(100_000)],
  ])('%s: an answer in no time', (_, text) => {
    within(A_HANG_MS, () => accepts(() => parsePolicyText(text)));
  });
});
