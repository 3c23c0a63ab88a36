import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../../functions/core/base/errors.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { parsePolicy, parsePolicyText } from '../../../functions/core/policy/parse-policy.ts';
import { POLICY_DEFAULTS, reapRules } from '../../../functions/core/policy/policy.ts';
import { pathsRefused, refusalOf, refusedAt } from '../../events/refused.ts';
import { aPolicy, aSession, aSnapshot } from '../../support/builders.ts';

/** Specification §4: the defaults as the guide states them. */
const GUIDE = readFileSync(new URL('../../../docs/guide/policy.md', import.meta.url), 'utf8');
const [, STATED = ''] = /```json\n(\{\n {2}"mode"[\s\S]+?)```/.exec(GUIDE) ?? [];

describe('Defaults', () => {
  test('are those of the guide', () => {
    expect(POLICY_DEFAULTS).toEqual(JSON.parse(STATED));
    expect(parsePolicyText('{}')).toEqual(parsePolicyText(STATED));
  });

  test('fill in whatever is left out, at every level', () => {
    const parts = Object.keys(POLICY_DEFAULTS).filter((key) => key !== 'mode' && key !== 'reap');
    for (const part of parts) expect(parsePolicy({ [part]: {} })).toEqual(parsePolicy({}));
    expect(aPolicy({ limits: { maxVictims: 7 } }).limits).toEqual({
      maxVictims: 7,
      maxPercent: 50,
      keepPerGroup: 1,
    });
  });

  test('are not shared between policies', () => {
    const [one, other] = [parsePolicy({}), parsePolicy({})];
    expect(one.include.users).not.toBe(other.include.users);
    expect(one.protect.users).not.toBe(other.protect.users);
  });
});

describe('Ages', () => {
  test.each([
    ['10s', 10_000],
    ['90s', 90_000],
    ['1m', 60_000],
    ['8h', 28_800_000],
    ['2d', 172_800_000],
    ['999999d', 86_399_913_600_000],
  ])('%s is %d ms', (minAge, ms) => {
    const policy = aPolicy({ reap: { minAge }, relieve: { ladder: [{ state: 'idle', minAge }] } });
    expect([reapRules(policy)[0]?.minAgeMs, policy.relieve.ladder[0]?.minAgeMs]).toEqual([ms, ms]);
  });

  test.each([
    '9s',
    '1s',
    '0s',
    '0m',
    '5',
    '',
    'm',
    '10',
    '10 m',
    ' 10m',
    '10m ',
    '10m\n',
    '1.5h',
    '-5m',
    '+5m',
  ])('%j is refused', (minAge) => {
    expect(pathsRefused({ reap: { minAge } })).toEqual(['reap.minAge']);
    expect(pathsRefused({ relieve: { ladder: [{ state: 'idle', minAge }] } })).toEqual([
      'relieve.ladder[0].minAge',
    ]);
  });

  test.each([
    '10M',
    '10ms',
    '1e3s',
    '0x10s',
    '１０m',
    '10min',
    'PT10M',
    '1h30m',
    600,
    600_000,
    null,
    true,
    ['10m'],
  ])('%j is refused as well', (minAge) => {
    expect(pathsRefused({ reap: { minAge } })).toEqual(['reap.minAge']);
  });
});

const rung = (minAge: string, state = 'idle') => ({ state, minAge });

describe('Ladders', () => {
  test.each([
    [[], []],
    [[rung('1h'), rung('10m'), rung('5m')], []],
    [[rung('5m'), rung('10m', 'idle in transaction'), rung('10m', 'idle in transaction (aborted)')], []],
    [[rung('60s'), rung('1m')], [1]],
    [
      [rung('1m'), rung('1h'), rung('2m')],
      [1, 2],
    ],
    [[rung('1h'), rung('1m', 'idle in transaction'), rung('2h')], [2]],
    [[rung('1h'), rung('5m', 'idle in transaction'), rung('10m'), rung('5m', 'idle in transaction')], [3]],
  ])('%j has the needless rungs %j', (ladder, needless) => {
    expect(pathsRefused({ relieve: { ladder } })).toEqual(
      needless.map((index) => `relieve.ladder[${index}].minAge`),
    );
  });

  test.each(['active', 'Idle', 'idle ', '', 'disabled', '*', 'idle in transaction aborted', null, 1])(
    'the state %j is refused',
    (state) => {
      expect(pathsRefused({ relieve: { ladder: [{ state, minAge: '1h' }] } })).toEqual([
        'relieve.ladder[0].state',
      ]);
    },
  );
});

describe('Thresholds', () => {
  const percent = (when: unknown, until: unknown) => ({
    relieve: { when: { usedPercent: when }, until: { usedPercent: until } },
  });
  const slots = (when: unknown, until: unknown) => ({
    relieve: { when: { freeSlots: when }, until: { freeSlots: until } },
  });

  test.each([percent(100, 99), percent(2, 1), slots(1, 1), slots(10, 30), {}])('%j is accepted', (policy) => {
    expect(pathsRefused(policy)).toEqual([]);
  });

  test.each([
    [percent(80, 80), ['relieve.until']],
    [percent(80, 81), ['relieve.until']],
    [slots(10, 9), ['relieve.until']],
    [percent(0, 1), ['relieve.when.usedPercent']],
    [percent(101, 1), ['relieve.when.usedPercent']],
    [percent(95.5, 1), ['relieve.when.usedPercent']],
    [percent('95', 1), ['relieve.when.usedPercent']],
    [slots(-1, 5), ['relieve.when.freeSlots']],
    [slots(1, 1.5), ['relieve.until.freeSlots']],
    [slots(1, null), ['relieve.until.freeSlots']],
    [{ relieve: { when: {} } }, ['relieve.when']],
    [{ relieve: { when: { usedPercent: 95, freeSlots: 3 } } }, ['relieve.when']],
    [{ relieve: { when: null } }, ['relieve.when']],
    [{ relieve: { when: 95 } }, ['relieve.when']],
    // What is left out is compared as well: the default of `until` is 80 percent.
    [{ relieve: { when: { usedPercent: 70 } } }, ['relieve.until']],
    [{ relieve: { when: { freeSlots: 10 } } }, ['relieve.until']],
    [{ relieve: { until: { usedPercent: 96 } } }, ['relieve.until']],
  ])('%j is refused at %j', (policy, paths) => {
    expect(pathsRefused(policy)).toEqual(paths);
  });

  test('two units are reported though one of the numbers is out of range as well', () => {
    const policy = { relieve: { when: { usedPercent: 140 }, until: { freeSlots: 10 } } };
    expect(pathsRefused(policy)).toEqual(['relieve.until', 'relieve.when.usedPercent']);
  });
});

describe('What is no policy', () => {
  test.each([
    '',
    '{',
    'observe',
    '{"mode":"observe",}',
    "{'mode':'observe'}",
    'null',
    '[]',
    '"x"',
    '5',
    'true',
  ])('%j is refused as a whole', (text) => {
    expect(refusalOf(text).map(({ path }) => path)).toEqual(['(root)']);
  });

  test.each([
    [{ limit: {} }, ['limit']],
    [{ Mode: 'observe' }, ['Mode']],
    [{ relieve: { When: {}, ladders: [] } }, ['relieve.When', 'relieve.ladders']],
    [{ relieve: { when: { percent: 5, usedPercent: 95 } } }, ['relieve.when.percent']],
    [{ relieve: { ladder: [{ ...rung('1h'), maxAge: '2h' }] } }, ['relieve.ladder[0].maxAge']],
    [{ reap: { minAge: '8h', stat: 'idle' } }, ['reap.stat']],
    [{ limits: { maxvictims: 1 } }, ['limits.maxvictims']],
    [{ include: { user: [] } }, ['include.user']],
    [{ protect: { listener: true } }, ['protect.listener']],
    [{ mode: 'dry-run' }, ['mode']],
    [{ mode: null }, ['mode']],
    [{ reap: {} }, ['reap.minAge']],
    [{ reap: false }, ['reap']],
    [{ limits: null, include: [], protect: 'x', relieve: 5 }, ['include', 'limits', 'protect', 'relieve']],
    [{ limits: { maxVictims: -1 } }, ['limits.maxVictims']],
    [{ limits: { maxVictims: '5' } }, ['limits.maxVictims']],
    [{ limits: { maxPercent: 101 } }, ['limits.maxPercent']],
    [{ limits: { keepPerGroup: 1.5 } }, ['limits.keepPerGroup']],
    [{ limits: { keepPerGroup: null } }, ['limits.keepPerGroup']],
    [{ limits: { maxVictims: 2 ** 53 } }, ['limits.maxVictims']],
    [{ limits: { maxVictims: 5_001 } }, ['limits.maxVictims']],
    [{ include: { users: '*' } }, ['include.users']],
    [{ include: { users: null } }, ['include.users']],
    [{ include: { databases: ['a', 5, ''] } }, ['include.databases[1]', 'include.databases[2]']],
    [{ protect: { listeners: 'true' } }, ['protect.listeners']],
    [{ protect: { listeners: 0, advisoryLocks: null } }, ['protect.advisoryLocks', 'protect.listeners']],
    [{ protect: { poolers: ['*', 'cidr', '(none)', ''] } }, [0, 1, 2, 3].map((i) => `protect.poolers[${i}]`)],
  ])('%j is refused at %j', (policy, paths) => {
    expect(pathsRefused(policy)).toEqual(paths);
  });

  test.each(['mode', 'limits', 'relieve'])(
    'a key __proto__ or constructor in %s is unknown, not magic',
    (part) => {
      const inner = '{"__proto__":{"maxVictims":9},"constructor":{"prototype":{}}}';
      const text = part === 'mode' ? inner : `{"${part}":${inner}}`;
      const paths = refusalOf(text).map(({ path }) => path.split('.').at(-1));
      expect(paths.toSorted()).toEqual(['__proto__', 'constructor']);
      expect(Reflect.get({}, 'maxVictims')).toBeUndefined();
    },
  );

  test('a key that is there twice is refused, wherever it is, beside other problems', () => {
    const text = '{"mode":"observe","mode":"enforce","limits":{"maxVictims":1,"maxVictims":-1}}';
    expect(refusalOf(text).map(({ path, found }) => [path, found])).toEqual([
      ['limits.maxVictims', '-1'],
      ['mode', 'this key twice'],
      ['limits.maxVictims', 'this key twice'],
    ]);
  });

  test('what is allowed is always said', () => {
    const wrong = {
      $schema: 5,
      mode: 5,
      reap: 5,
      limits: 5,
      relieve: { when: 5, ladder: 5 },
      include: { users: 5 },
    };
    for (const { allowed } of refusedAt(wrong)) expect(allowed).not.toMatch(/invalid input/i);
  });

  test('each problem is one line, whatever its key', () => {
    expect(refusedAt({ 'a\nb': 1 })).toHaveLength(1);
  });
});

test('maxVictims is at most 5,000, for a record can name so many', () => {
  expect(parsePolicy({ limits: { maxVictims: 5_000 } }).limits.maxVictims).toBe(5_000);
  expect(() => parsePolicy({ limits: { maxVictims: 5_001 } })).toThrow(
    'limits.maxVictims: found 5001, expected a whole number from 0 to 5000',
  );
});

describe('Numbers that are none', () => {
  const asMaxVictims = (value: unknown) => () => parsePolicy({ limits: { maxVictims: value } });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.5, '5', [5], { valueOf: 5 }])(
    '%s is refused',
    (value) => {
      expect(asMaxVictims(value)).toThrow(RemediationError);
    },
  );

  test.each([
    ['a big integer', () => parsePolicy(10n)],
    ['a big integer in its place', asMaxVictims(10n)],
    ['a symbol', asMaxVictims(Symbol('x'))],
    ['a function', asMaxVictims(() => 5)],
    ['a cycle', () => parsePolicy(aCycle())],
  ])('what JSON cannot say is refused with the code as well: %s', (_, parse) => {
    expect(parse).toThrow(expect.objectContaining({ code: 'policy-invalid' }));
  });

  test('1e400 is no number of sessions', () => {
    expect(refusalOf('{"limits":{"maxVictims":1e400}}').map(({ path }) => path)).toEqual([
      'limits.maxVictims',
    ]);
  });

  test('-0 is 0, and 0 is none', () => {
    const policy = parsePolicyText('{"relieve":{"until":{"usedPercent":1}},"limits":{"maxVictims":-0}}');
    const snapshot = aSnapshot({ sessions: [aSession()], slots: { max: 1, superuserReserved: 0 } });
    expect(planRemediation(snapshot, policy, 'alarm').victims).toEqual([]);
  });
});

function aCycle(): unknown {
  const cycle: Record<string, unknown> = {};
  cycle.mode = cycle;
  return cycle;
}
