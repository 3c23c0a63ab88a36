import { expect, test, vi } from 'vitest';
import { evidenceOf } from '../../../functions/core/diagnosis/evidence.ts';
import { roleFamilies } from '../../../functions/core/diagnosis/role-family.ts';
import { aSession } from '../../support/builders.ts';
import { runOf, snapshotOf } from '../../support/records.ts';

/** How many characters of keys are written to group sessions of one role, each from an address of its own. */
function charactersOf(count: number): number {
  const sessions = Array.from({ length: count }, (_, at) =>
    aSession({ pid: 4_200 + at, application: 'app', user: 'app', address: `10.0.${at >> 8}.${at & 255}` }),
  );
  const snapshot = snapshotOf(sessions);
  const all = evidenceOf(runOf({ snapshot }), snapshot);
  const write = vi.spyOn(JSON, 'stringify');
  roleFamilies(all, all.holders);
  const written = write.mock.results.map(({ value }) => (typeof value === 'string' ? value.length : 0));
  write.mockRestore();
  return written.reduce((sum, length) => sum + length, 0);
}

test('the keys of sessions from thousands of addresses grow with the sessions, not with their square', () => {
  expect(charactersOf(2_000)).toBeLessThan(charactersOf(200) * 20);
});
