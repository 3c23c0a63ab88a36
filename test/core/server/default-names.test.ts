import { expect, test } from 'vitest';
import { technologyOf } from '../../../functions/core/server/client-technology.ts';
import { isTool } from '../../../functions/core/server/developer-tools.ts';

test.each([
  'WebStorm 2025.1',
  'RubyMine 2025.1',
  'DataSpell 2025.1',
  'PhpStorm 2024.3',
  'Rider 2025.1',
  'DbGate',
  'CloudBeaver CE',
])('%s is a graphical tool', (name) => {
  expect(technologyOf(name, [])).toEqual({ technology: 'gui', certain: true });
  expect(isTool(name)).toBe(true);
});

test.each(['unicorn worker[0] -c config/unicorn.rb', 'resque-2.6.0: Waiting for *'])(
  '%s is Rails',
  (name) => {
    expect(technologyOf(name, [])?.technology).toBe('activerecord');
  },
);

test('a service that is called like a tool is none', () => {
  expect(isTool('rider-dispatch')).toBe(false);
});
