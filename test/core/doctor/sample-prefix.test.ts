import { expect, test } from 'vitest';
import { samplePrefix } from '../../../functions/core/doctor/sample-prefix.ts';
import { readPrefix } from '../../../functions/core/trigger/log-prefix.ts';
import { LOG_PREFIXES } from '../../support/log-prefixes.ts';

test('a sample has what a server puts for each escape, with its width', () => {
  expect(samplePrefix('%m [%p] %-10e|%8u %% ')).toBe(
    '2026-11-21 03:15:20.123 UTC [26661] 53300     |     app % ',
  );
});

test.each(LOG_PREFIXES.filter((prefix) => /%u@%d|=%u|:%u/.test(prefix)))(
  '%s names user and database',
  (prefix) => {
    expect(readPrefix(samplePrefix(prefix))?.client).toMatchObject({ user: 'app', database: 'orders' });
  },
);
