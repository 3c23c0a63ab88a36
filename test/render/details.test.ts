import { expect, test } from 'vitest';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { aSession } from '../support/builders.ts';
import { runOf, snapshotOf } from '../support/records.ts';

/** Of a run that saw sessions of one program which had rested for so long. */
const detailsOf = (stateAgeMs: number) => {
  const sessions = Array.from({ length: 50 }, (_, at) =>
    aSession({ pid: at + 1, application: 'api', stateAgeMs }),
  );
  return fullTextOf(runOf({ snapshot: snapshotOf(sessions) })).replace(/\s+/g, ' ');
};

test('A program is said to rest from a second on', () => {
  expect(detailsOf(2_000)).toContain('idle for up to 2s');
  expect(detailsOf(400)).toContain('50 idle');
  expect(detailsOf(400)).not.toContain('idle for up to');
});
