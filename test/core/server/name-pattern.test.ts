import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameMatcher } from '../../../functions/core/server/name-pattern.ts';

describe('A list of names', () => {
  const ROWS: readonly (readonly [list: readonly string[], name: string, matches: boolean])[] = [
    [[], '', false],
    [[], 'app', false],
    [['app'], 'app', true],
    [['app'], 'App', false],
    [['app'], 'app_admin', false],
    [['app'], 'the app', false],
    [['app'], '', false],
    [['app', 'web'], 'web', true],
    [['*'], '', true],
    [['*'], 'a\nb', true],
    [['**'], '', true],
    [['a*'], 'a', true],
    [['a*'], 'ab', true],
    [['a*'], 'ba', false],
    [['*a'], 'ba', true],
    [['*a'], 'ab', false],
    [['a*a'], 'a', false],
    [['a*a'], 'aa', true],
    [['a*a'], 'aba', true],
    [['ab*ba'], 'aba', false],
    [['*ab*ab*'], 'ab', false],
    [['*ab*ab*'], 'abab', true],
    [['*ab*ab'], 'abxab', true],
    [['a*b*c'], 'abbc', true],
    [['a*bc*c'], 'abc', false],
    [['a*bc*c'], 'abcc', true],
    [['*x*'], 'axb', true],
    [['*x*'], '', false],
    [['(none)'], '', true],
    [['(none)'], 'none', false],
    [['(none)*'], '', false],
    [['*(none)'], '', false],
    [['.*'], 'abc', false],
    [['.*'], '.abc', true],
    [['a\\*'], 'a\\b', true],
    [['a\\*'], 'a*', false],
    [['^a$'], 'a', false],
    [['ä'], 'a\u0308', false],
  ];

  test.each(ROWS)('%j on %j: %j', (list, name, matches) => {
    expect(nameMatcher(list)(name)).toBe(matches);
  });

  test('answers the same the second time', () => {
    const matches = nameMatcher(['a*', 'b']);
    expect(['ab', 'b', 'c', 'ab', 'b', 'c'].map(matches)).toEqual([true, true, false, true, true, false]);
  });

  const few = (letters: string) => fc.string({ unit: fc.constantFrom(...letters.split('')), maxLength: 8 });

  test('agrees with an anchored regular expression', () => {
    fc.assert(
      fc.property(few('ab*'), few('ab'), (pattern, name) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name);
        expect(nameMatcher([pattern])(name)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });
});
