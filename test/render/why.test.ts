import { expect, test } from 'vitest';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { recordings } from '../incidents/recordings.ts';

test('services of one name are told apart by role and database', () => {
  const found = recordings().find(({ story }) => story.name === 'oversized-idle-pools-six-services');
  const text = fullTextOf(found?.record ?? expect.fail('the incident is not recorded'));
  const [, why = ''] = /\nWHY: .*\n([\s\S]*?)\n\n/.exec(text) ?? [];
  const names = why
    .split('\n')
    .flatMap((line) => /^ {2}- (PostgreSQL JDBC Driver.*?):/.exec(line)?.[1] ?? []);
  expect(names.length).toBeGreaterThan(1);
  expect(new Set(names).size).toBe(names.length);
});
