import { describe, expect, test } from 'vitest';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { recordings } from '../../incidents/recordings.ts';

const RECORDINGS = new Map(recordings().map(({ story, record }) => [story.name, record]));

/** The steps for this recorded incident, each with what is pasted. */
function stepsOf(name: string): readonly string[] {
  const record = RECORDINGS.get(name);
  const diagnosis = record === undefined ? null : diagnose(record);
  if (record === undefined || diagnosis === null) throw new Error(`${name} has no diagnosis`);
  return adviseOn(record, diagnosis).map(({ text, paste }) => [text, ...(paste?.lines ?? [])].join('\n'));
}

describe('Sessions that wait for a row of a prepared transaction', () => {
  const steps = stepsOf('lock-pile-up-behind-a-prepared-transaction');

  test('go on when that is ended', () => {
    expect(steps[0]).toContain('pg_prepared_xacts');
  });

  test('are not cancelled: without the first of them the next one waits for the row', () => {
    expect(steps.join('\n')).not.toContain('pg_cancel_backend');
  });
});

test.each(['lock-pile-up-behind-a-stuck-dump', 'lock-pile-up-index-behind-autovacuum'])(
  'the statement that makes a queue for a table is cancelled: %s',
  (name) => {
    expect(stepsOf(name).join('\n')).toContain('pg_cancel_backend');
  },
);

test.each([
  ['oversized-idle-pools-three-deployments', /idle sessions of checkout-blue \(seen/],
  ['oversized-idle-pools-fdw-dashboards', /idle sessions of dashboards \(seen/],
  ['database-limit-of-a-region', /idle sessions of portal \(seen/],
])('a look names only programs with sessions in its list: %s', (name, words) => {
  expect(stepsOf(name)[0]).toMatch(words);
});

test('a timeout for tools is said of the roles that it is not printed for', () => {
  const step =
    stepsOf('developer-tools-nine-people').find((text) => text.includes('idle_session_timeout')) ?? '';
  expect(step).toContain('Do the same for the other roles that only people use');
});

test('where half-open clients and a storm look the same, both are advised on', () => {
  const steps = stepsOf('half-open-clients-beside-a-storm').join('\n');
  expect(steps).toContain('authentication_timeout');
  expect(steps).toContain('exponential backoff');
  expect(steps).not.toContain('now and again in five minutes');
});
