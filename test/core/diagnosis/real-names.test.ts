import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { parseRecord } from '../../../functions/core/run/codec/parse-record.ts';
import { rankGroups } from '../../../functions/core/server/rank-groups.ts';
import { parseSnapshotFile } from '../../../functions/core/server/snapshot-file.ts';
import { aPolicy } from '../../support/builders.ts';

/** Written by the version before there were programs; names as real clients give them. */
const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../incidents/names', file), 'utf8'));

test.each([
  ['tenant-per-database-real', 14, { usedPercent: 90 }, { usedPercent: 60 }, '10s'],
  ['lambda-unique-app-names', 18, { usedPercent: 95 }, { usedPercent: 80 }, '5m'],
] as const)('%s: %i sessions restore headroom', (file, count, when, until, minAge) => {
  const policy = aPolicy({ relieve: { when, until, ladder: [{ state: 'idle', minAge }] } });
  const plan = planRemediation(parseSnapshotFile(read(`${file}.snapshot.json`)), policy, 'alarm');
  expect([plan.verdict, plan.victims.length]).toEqual(['sufficient', count]);
});

test('sidekiq that tells in its name how busy it is holds 90 of 97 slots, not 3', () => {
  const { snapshot } = parseRecord(read('sidekiq-busy-names.record.json'));
  const [first] = snapshot === null ? [] : rankGroups(snapshot).groups;
  expect([first?.group.application, first?.sessions]).toEqual(['sidekiq * shop *', 90]);
});
