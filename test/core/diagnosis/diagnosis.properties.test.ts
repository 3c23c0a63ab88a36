import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Culprit, Diagnosis } from '../../../functions/core/diagnosis/cause.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { packRecord } from '../../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../../functions/core/run/codec/unpack-record.ts';
import type { RunRecord } from '../../../functions/core/run/record.ts';
import { rankGroups } from '../../../functions/core/server/rank-groups.ts';
import { groupKey, isHidden } from '../../../functions/core/server/session.ts';
import type { Snapshot } from '../../../functions/core/server/snapshot.ts';
import { recordings } from '../../incidents/recordings.ts';
import { aLogLines, aPolicy, aRefused, aSnapshot } from '../../support/builders.ts';
import { recordOf } from '../../support/records.ts';
import { snapshots } from '../plan/arbitraries.ts';

const RECORDINGS = recordings();

/** Somebody was refused, so that there is something to explain. */
function refusedAt(snapshot: Snapshot): RunRecord {
  const policy = aPolicy({ relieve: { when: { freeSlots: 3 }, until: { freeSlots: 6 } } });
  return recordOf('partial', {
    snapshot,
    policy,
    trigger: aLogLines({ refused: [aRefused({ kind: 'reserved', count: 3 })] }),
    plan: planRemediation(snapshot, policy, 'log-lines'),
  });
}

/** Servers as they come, and those that were recorded with some of their sessions gone. */
const records = fc.oneof(
  snapshots.map(refusedAt),
  fc
    .record({ which: fc.nat(RECORDINGS.length - 1), without: fc.array(fc.nat(99), { maxLength: 60 }) })
    .map(({ which, without }) => {
      const record = RECORDINGS[which]?.record ?? refusedAt(aSnapshot());
      const { snapshot } = record;
      if (snapshot === null) return record;
      const { ownPid } = snapshot.server;
      const sessions = snapshot.sessions.filter(({ pid }, at) => pid === ownPid || !without.includes(at));
      return { ...record, snapshot: { ...snapshot, sessions } };
    }),
);

/** Many roles that are told as one are no group of the ranking. */
const isFamily = ({ roles, group }: Culprit['usage']) => roles.length > 1 && (group.user ?? '').includes('*');

const named = ({ culprits }: Diagnosis) => culprits.map(({ usage }) => usage);

describe('a diagnosis', () => {
  test('does not depend on the order of the sessions', () => {
    fc.assert(
      fc.property(records, fc.nat(), (record, seed) => {
        const { snapshot } = record;
        if (snapshot === null) return;
        const sessions = snapshot.sessions.toSorted(
          (a, b) => (((a.pid ?? 0) * 7_919 + seed) % 1_009) - (((b.pid ?? 0) * 7_919 + seed) % 1_009),
        );
        expect(diagnose({ ...record, snapshot: { ...snapshot, sessions } })).toEqual(diagnose(record));
      }),
    );
  });

  test('never has too low a limit beside a leak, nor beside anybody', () => {
    fc.assert(
      fc.property(records, (record) => {
        const diagnosis = diagnose(record);
        if (diagnosis?.cause === 'limit-too-low') expect(diagnosis.culprits).toEqual([]);
        for (const { cause } of diagnosis?.culprits ?? []) expect(cause).not.toBe('limit-too-low');
      }),
    );
  });

  test('names each group once, with no more sessions than there are, and no hidden session', () => {
    fc.assert(
      fc.property(records, (record) => {
        const { snapshot } = record;
        const diagnosis = diagnose(record);
        if (snapshot === null || diagnosis === null || diagnosis.cause === 'replication-limit') return;
        const { groups, used, hidden } = rankGroups(snapshot);
        const held = named(diagnosis).reduce((sum, { sessions }) => sum + sessions, 0);
        expect(held).toBeLessThanOrEqual(used - hidden);
        for (const usage of named(diagnosis).filter((each) => !isFamily(each)))
          expect(groups).toContainEqual(usage);
        const seen = new Set(snapshot.sessions.filter((each) => !isHidden(each)).map(groupKey));
        expect(seen.size).toBeGreaterThanOrEqual(named(diagnosis).length);
      }),
    );
  });

  test('that is unclear says why, and is sure of nothing', () => {
    fc.assert(
      fc.property(records, (record) => {
        const diagnosis = diagnose(record);
        if (diagnosis === null) return;
        expect(diagnosis.confidence === 'low').toBe(diagnosis.cause === 'unclear');
        const reasons = [diagnosis.evidence, ...diagnosis.culprits.map(({ evidence }) => evidence)];
        expect(reasons.flat()).not.toEqual([]);
        for (const { evidence } of diagnosis.culprits) expect(evidence.length).toBeGreaterThan(0);
      }),
    );
  });

  test('holds no name that a client chose outside its usage', () => {
    for (const { record } of RECORDINGS) {
      const { snapshot } = record;
      const names = new Set(
        (snapshot?.sessions ?? []).flatMap(({ application, user }) => [application, user ?? '']),
      );
      const diagnosis = diagnose(record);
      const said = [diagnosis, ...(diagnosis?.culprits ?? [])].flatMap((each) => each?.evidence ?? []);
      // Short names, such as `a`, are words as well.
      const found = [...names].filter((name) => name.length > 6 && said.some((text) => text.includes(name)));
      expect(found).toEqual([]);
    }
  });

  test('is the same after a record has travelled', () => {
    for (const { record } of RECORDINGS.slice(0, 10))
      expect(diagnose(unpackRecord(packRecord(record)))).toEqual(diagnose(record));
  });

  test('is none without a snapshot, without its sessions, and without pressure', () => {
    const snapshot = aSnapshot({ server: { ownPid: 7 } });
    expect(diagnose(recordOf('partial', { snapshot: null, plan: null }))).toBeNull();
    expect(diagnose(refusedAt(snapshot))).toBeNull();
    expect(
      diagnose({ ...refusedAt(aSnapshot()), trigger: { kind: 'schedule', at: null, id: null } }),
    ).toBeNull();
  });
});
