import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../../functions/core/policy/parse-policy.ts';
import { refusedAt } from '../../events/refused.ts';

const KEYS = ['users', 'databases', 'applications'] as const;

describe('a pattern of another language is refused with the form that it should have', () => {
  test.each([
    ['/^bi-/', '"bi-*"'],
    ['/bi-/i', '"*bi-*"'],
    ['^bi-', '"bi-*"'],
    ['^bi$', '"bi"'],
    ['bi-.*', '"*bi-*"'],
    ['^bi-.*-batch$', '"bi-*-batch"'],
    ['^worker-\\d+$', '"worker-*"'],
    ['^worker-[0-9]+$', '"worker-*"'],
    ['^bi\\.batch', '"bi.batch*"'],
    ['bi-%', '"bi-*"'],
    ['%bi%', '"*bi*"'],
    ['^(bi|etl)$', 'one entry for each name'],
    ['bi|etl', 'one entry for each name'],
  ])('%s', (pattern, expected) => {
    for (const key of KEYS) {
      const [problem, ...more] = refusedAt({ protect: { [key]: ['good', pattern] } });
      expect(more).toEqual([]);
      expect(problem?.path).toBe(`protect.${key}[1]`);
      expect(problem?.allowed.startsWith(`${expected}: "*" stands for any text`)).toBe(true);
      expect(refusedAt({ include: { [key]: [pattern] } })).toHaveLength(1);
    }
  });

  test.each([
    'bi-*',
    '*',
    '(none)',
    'postgres: [local]',
    'app (worker)',
    'node | worker',
    'My%20App',
    'svc$',
    'a.b',
    '/usr/bin/app',
    'C:\\Programs\\app.exe',
    'a+b',
    'x^y',
    'what?',
    '[host]',
    'app-[eu-west-1]',
  ])('%s stays a name', (name) => {
    expect(parsePolicy({ protect: { applications: [name] } }).protect.applications).toEqual([name]);
  });
});
