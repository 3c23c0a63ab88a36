import { expect, test } from 'vitest';
import { packRecord, unpackRecord } from '../../functions/core/packing.ts';
import { aSession, aSnapshot } from '../support/builders.ts';
import { recordOf } from '../support/records.ts';

test('a record from before sessions had ids of their own is read, and none of them has one', () => {
  const snapshot = aSnapshot({ sessions: [aSession({ pid: 4 }), aSession({ pid: 5 })] });
  const packed = packRecord({ ...recordOf('healthy'), snapshot });
  if (packed.snapshot === null) throw new Error('The snapshot got lost');
  const { sessionId, ...columns } = packed.snapshot.sessions;
  expect(sessionId).toEqual([null, null]);
  const earlier = { ...packed, snapshot: { ...packed.snapshot, sessions: columns } };
  expect(unpackRecord(earlier).snapshot).toEqual(snapshot);
});

test('what is particular to GaussDB travels: ids of 64 bits, sessions without a thread, coordinators', () => {
  const coordinators = [{ name: 'cn_5001', isOurs: true, sessions: 508, idle: 500 }];
  const sessions = [aSession({ pid: 57, sessionId: '57' }), aSession({ pid: 139_865_012_016_896 })];
  const snapshot = aSnapshot({
    server: { flavor: 'gaussdb', version: 'GaussDB 8.1.3', coordinators },
    sessions,
  });
  const packed = packRecord({ ...recordOf('healthy'), snapshot });
  expect(unpackRecord(JSON.parse(JSON.stringify(packed))).snapshot).toEqual(snapshot);
});
