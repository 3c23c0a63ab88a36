import { isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../../functions/core/base/errors.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { meantPattern } from '../../../functions/core/policy/foreign-pattern.ts';
import { parsePolicy, parsePolicyText } from '../../../functions/core/policy/parse-policy.ts';
import { aPolicy, aSnapshot, someSessions } from '../../support/builders.ts';
import { policies } from '../plan/arbitraries.ts';

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

/** What specification §4 allows, a second time: by hand, without a schema, over JSON values only. */
type Check = (value: unknown) => boolean;
const listOf =
  (entry: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(entry);
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const whole =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
const isFlag = oneOf(true, false);
/** Patterns of other languages have tests of their own. */
const isName: Check = (value) =>
  typeof value === 'string' && value.length > 0 && meantPattern(value) === null;

function seconds(age: string): number {
  return Number(age.slice(0, -1)) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[age.slice(-1)] ?? Number.NaN);
}
const isAge: Check = (value) =>
  typeof value === 'string' && /^\d+[smhd]$/.test(value) && seconds(value) >= 10;

/** IPv6 is taken at its word when it names a lone address; the fuzz makes no networks of it. */
const isNetwork: Check = (value) => {
  if (typeof value !== 'string') return false;
  const [address = '', bits, ...more] = value.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  if (bits === undefined || family === 6) return bits === undefined || Number(bits) === 128;
  if (!/^\d+$/.test(bits) || Number(bits) > 32) return false;
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number % 2 ** (32 - Number(bits)) === 0;
};
const isAddress: Check = (value) => oneOf('*', 'local', '(none)')(value) || isNetwork(value);

/** An object with these keys and no others, each of which may be left out unless it is obligatory. */
const strict =
  (shape: Readonly<Record<string, Check>>, ...obligatory: readonly string[]): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    obligatory.every((key) => Object.hasOwn(value, key)) &&
    Object.entries(value).every(([key, inner]) => Object.hasOwn(shape, key) && shape[key]?.(inner) === true);

const isThreshold: Check = (value) =>
  strict({ usedPercent: whole(1, 100), freeSlots: whole(1, Number.MAX_SAFE_INTEGER) })(value) &&
  Object.keys(value as object).length === 1;
const names = listOf(isName);
const addresses = listOf(isAddress);
const count = whole(0, Number.MAX_SAFE_INTEGER);
const isShaped = strict({
  $schema: (value) => typeof value === 'string',
  mode: oneOf('off', 'observe', 'enforce'),
  relieve: strict({
    when: isThreshold,
    until: isThreshold,
    ladder: listOf(
      strict(
        { state: oneOf('idle', 'idle in transaction', 'idle in transaction (aborted)'), minAge: isAge },
        'state',
        'minAge',
      ),
    ),
  }),
  reap: (value) => value === null || strict({ minAge: isAge }, 'minAge')(value),
  limits: strict({ maxVictims: count, maxPercent: whole(0, 100), keepPerGroup: count }),
  include: strict({ users: names, databases: names, applications: names, addresses }),
  protect: strict({
    users: names,
    databases: names,
    applications: names,
    builtinApplications: isFlag,
    addresses,
    poolers: listOf((value) => value === 'local' || isNetwork(value)),
    listeners: isFlag,
    advisoryLocks: isFlag,
    temporaryTables: isFlag,
  }),
});

type Written = {
  readonly relieve?: {
    readonly when?: Readonly<Record<string, number>>;
    readonly until?: Readonly<Record<string, number>>;
    readonly ladder?: readonly { readonly state: string; readonly minAge: string }[];
  };
};

function isAllowed(value: unknown): boolean {
  if (!isShaped(value)) return false;
  const {
    when = { usedPercent: 95 },
    until = { usedPercent: 80 },
    ladder = [],
  } = (value as Written).relieve ?? {};
  const agree =
    'usedPercent' in when
      ? 'usedPercent' in until && (until.usedPercent ?? 0) < (when.usedPercent ?? 0)
      : 'freeSlots' in until && (until.freeSlots ?? 0) >= (when.freeSlots ?? 0);
  const useful = ladder.every(({ state, minAge }, index) =>
    ladder.slice(0, index).every((other) => other.state !== state || seconds(other.minAge) > seconds(minAge)),
  );
  return agree && useful;
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
