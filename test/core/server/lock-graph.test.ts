import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rootBlocker } from '../../../functions/core/advice/root-blocker.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { parseRecordText } from '../../../functions/core/run/codec/parse-record.ts';
import { type ContestedLock, conflict } from '../../../functions/core/server/contested-lock.ts';
import { directBlockers } from '../../../functions/core/server/direct-blockers.ts';
import { lockGraphOf } from '../../../functions/core/server/lock-graph.ts';
import { parseSnapshotText, toSnapshotFile } from '../../../functions/core/server/snapshot-file.ts';
import { WaitGraph } from '../../../functions/core/server/wait-graph.ts';
import { aSession, aSnapshot, someSessions } from '../../support/builders.ts';

const ROW = 'ExclusiveLock';
const sessions = (count: number) => someSessions(count, 1);
const inMode = (mode: string, ...pids: readonly number[]) => pids.map((pid) => ({ pid, mode }));
const pidsFrom = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at);

/** `count` sessions that change one row which pid 1 has changed: all but the first wait for the row, that one for pid 1. */
function rowQueue(count: number): readonly ContestedLock[] {
  const [first = 0, ...others] = pidsFrom(2, count);
  return [
    { kind: 'transactionid', holders: inMode(ROW, 1), waiters: inMode('ShareLock', first) },
    { kind: 'tuple', holders: inMode(ROW, first), waiters: inMode(ROW, ...others) },
  ];
}

describe('the head of a queue', () => {
  test('for a row is the session that changed it, two steps away, and no waiter of it is a guess', () => {
    const { heads } = lockGraphOf({ sessions: sessions(1_801), locks: rowQueue(1_800) });
    expect(heads).toEqual([{ pids: [1], waiting: 1_800, guessed: 0 }]);
  });

  test('for a table that is read and to be altered is the reader; a later session waits for it by a guess', () => {
    const lock = {
      kind: 'relation',
      holders: inMode('AccessShareLock', 1),
      waiters: [...inMode('AccessExclusiveLock', 2), ...inMode('AccessShareLock', 3, 4, 5)],
    };
    const graph = lockGraphOf({ sessions: sessions(5), locks: [lock] });
    expect(graph.heads).toEqual([{ pids: [1], waiting: 4, guessed: 3 }]);
    expect([...directBlockers([lock])]).toEqual([
      [2, [1]],
      [3, [2]],
      [4, [2]],
      [5, [2]],
    ]);
  });

  test('is a prepared transaction where the holder has no pid', () => {
    const lock = { kind: 'transactionid', holders: inMode(ROW, 0), waiters: inMode('ShareLock', 2) };
    expect(rootBlocker({ sessions: sessions(2), locks: [lock] })).toMatchObject({
      session: null,
      waiting: 1,
    });
  });

  test('is each of many holders that a session waits for, and no other', () => {
    const holders = [...inMode('ShareLock', ...pidsFrom(1, 150)), ...inMode('AccessShareLock', 400)];
    const lock = { kind: 'relation', holders, waiters: inMode('RowExclusiveLock', ...pidsFrom(200, 150)) };
    const graph = lockGraphOf({ sessions: sessions(400), locks: [lock] });
    expect(graph.heads).toEqual([{ pids: pidsFrom(1, 150), waiting: 150, guessed: 0 }]);
    expect([...directBlockers([lock]).values()].every(({ length }) => length === 3)).toBe(true);
  });

  test('counts beside it holders that others wait for as well', () => {
    const locks = [
      {
        kind: 'relation',
        holders: inMode('AccessShareLock', 1, 2),
        waiters: inMode('AccessExclusiveLock', 3),
      },
      { kind: 'transactionid', holders: inMode(ROW, 2), waiters: inMode('ShareLock', 4) },
    ];
    expect(rootBlocker({ sessions: sessions(4), locks })).toMatchObject({
      session: { pid: 2 },
      waiting: 2,
      beside: [{ pid: 1 }],
    });
  });

  test('is none in a circle, and those that lead out of it are', () => {
    const circle = [
      { kind: 'transactionid', holders: inMode(ROW, 1), waiters: inMode('ShareLock', 2) },
      { kind: 'transactionid', holders: inMode(ROW, 2), waiters: inMode('ShareLock', 1) },
    ];
    expect(lockGraphOf({ sessions: sessions(3), locks: circle }).heads).toEqual([]);
    const out = { kind: 'advisory', holders: inMode(ROW, 3), waiters: inMode(ROW, 2) };
    const { heads, headsOf } = lockGraphOf({ sessions: sessions(3), locks: [...circle, out] });
    expect(heads).toEqual([{ pids: [3], waiting: 2, guessed: 0 }]);
    expect([headsOf([1]), headsOf([2]), headsOf([3])]).toEqual([new Set([3]), new Set([3]), new Set()]);
  });

  test('is found at the end of a chain of 20,000', () => {
    const locks = pidsFrom(1, 20_000).map((pid) => ({
      kind: 'transactionid',
      holders: inMode(ROW, pid),
      waiters: inMode('ShareLock', pid + 1),
    }));
    const { heads } = lockGraphOf({ sessions: sessions(20_001), locks });
    expect(heads).toEqual([{ pids: [1], waiting: 20_000, guessed: 0 }]);
  });
});

test('150 holders and 150 waiters make some hundreds of edges, not 22,500', () => {
  const graph = new WaitGraph();
  const waiters = inMode('AccessExclusiveLock', ...pidsFrom(200, 150));
  graph.addLock({ kind: 'relation', holders: inMode('AccessShareLock', ...pidsFrom(1, 150)), waiters });
  expect(graph.all.flat().length).toBeLessThan(5 * 300);
});

test('lock modes exclude each other as the documentation of the server says', () => {
  const modes = [
    'AccessShare',
    'RowShare',
    'RowExclusive',
    'ShareUpdateExclusive',
    'Share',
    'ShareRowExclusive',
    'Exclusive',
    'AccessExclusive',
  ];
  const table = modes.map((mode) =>
    modes.map((other) => (conflict(`${mode}Lock`, `${other}Lock`) ? 'X' : '.')).join(''),
  );
  expect(table).toEqual([
    '.......X',
    '......XX',
    '....XXXX',
    '...XXXXX',
    '..XX.XXX',
    '..XXXXXX',
    '.XXXXXXX',
    'XXXXXXXX',
  ]);
  expect(conflict('SIReadLock', 'AccessExclusiveLock')).toBe(false);
});

test('a session that shows in no queue is taken at its own word', () => {
  const waiting = aSession({ pid: 2, blockedBy: [1] });
  const { heads, isWaiting } = lockGraphOf({ sessions: [aSession({ pid: 1 }), waiting], locks: [] });
  expect([heads, isWaiting(2), isWaiting(1)]).toEqual([[{ pids: [1], waiting: 1, guessed: 0 }], true, false]);
});

test('contested locks stand in a snapshot file', () => {
  const snapshot = aSnapshot({ sessions: sessions(4), locks: rowQueue(3) });
  const text = JSON.stringify(toSnapshotFile(snapshot));
  expect(parseSnapshotText(text).locks).toEqual(rowQueue(3));
});

describe('what was written before locks were read', () => {
  const read = (name: string) => readFileSync(join(import.meta.dirname, '../earlier-records', name), 'utf8');

  test('as a record is read, and its queue has the same head', () => {
    const record = parseRecordText(read('record-of-a-queue.json'));
    expect(record.snapshot?.locks).toBeUndefined();
    const sessions = record.snapshot?.sessions ?? [];
    const [head] = lockGraphOf({ sessions }).heads[0]?.pids ?? [];
    expect(sessions.find(({ pid }) => pid === head)).toMatchObject({ application: 'report' });
    expect(diagnose(record)?.cause).toBe('lock-pile-up');
  });

  test('as a snapshot file is read, and all sessions of the queue wait for the same', () => {
    const snapshot = parseSnapshotText(read('snapshot-of-a-queue.json'));
    const blocker = rootBlocker(snapshot);
    expect(blocker).toMatchObject({ session: { application: 'report' }, guessed: 0 });
    expect(blocker?.waiting).toBeGreaterThan(30);
  });
});
