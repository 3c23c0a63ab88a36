import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { parseSnapshotText } from '../../../functions/core/server/snapshot-file.ts';
import { aPolicy, type WrittenPolicy } from '../../support/builders.ts';

/** Taken from a PostgreSQL 16 of which one psql runs a backup, and whose oldest idle session is just that. */
const snapshot = parseSnapshotText(
  readFileSync(new URL('../real-inputs/pg-backup-start.snapshot.json', import.meta.url), 'utf8'),
);
const BACKUP = 14124;
const POLICY: WrittenPolicy = {
  relieve: {
    when: { freeSlots: 2 },
    until: { freeSlots: 3 },
    ladder: [{ state: 'idle', minAge: '10s' }],
  },
};

function planBy(policy: WrittenPolicy) {
  const { victims, spared } = planRemediation(snapshot, aPolicy({ ...POLICY, ...policy }), 'alarm');
  return {
    victims: victims.map(({ session }) => session.pid),
    backup: spared.find(({ session }) => session.pid === BACKUP),
  };
}

test('a session that runs a backup stays, and others of its program go', () => {
  const { victims, backup } = planBy({});
  expect(backup).toMatchObject({ reason: 'protected', detail: 'runs a backup' });
  expect(victims.toSorted()).toEqual([14489, 14491, 14493]);
});

test('a policy that gives up listeners gives it up as well', () => {
  expect(planBy({ protect: { listeners: false } }).victims[0]).toBe(BACKUP);
});
