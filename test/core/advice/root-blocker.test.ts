import { describe, expect, test } from 'vitest';
import { rootBlocker } from '../../../functions/core/advice/root-blocker.ts';
import { aSession } from '../../support/builders.ts';

const queue = (...blocked: readonly (readonly [pid: number, ...blockedBy: number[]])[]) =>
  blocked.map(([pid, ...blockedBy]) => aSession({ pid, blockedBy }));

describe('the root of a queue for locks', () => {
  test.each([
    ['who is waited for directly', queue([1], [2, 1], [3, 1]), { pid: 1, waiting: 2 }],
    ['who is waited for behind others', queue([1], [2, 1], [3, 2], [4, 3]), { pid: 1, waiting: 3 }],
    ['the one that most wait for', queue([1], [2, 1], [5], [6, 5], [7, 6]), { pid: 5, waiting: 2 }],
    ['of equals the lower pid', queue([9], [8, 9], [3], [4, 3]), { pid: 3, waiting: 1 }],
    ['counted once for who waits by two ways', queue([1], [2, 1], [3, 1, 2]), { pid: 1, waiting: 2 }],
    ['a prepared transaction', queue([2, 0], [3, 2]), { pid: undefined, waiting: 2 }],
  ])('is %s', (_, sessions, { pid, waiting }) => {
    const found = rootBlocker({ sessions });
    expect(found?.waiting).toBe(waiting);
    expect(found?.session?.pid).toBe(pid);
  });

  test.each([
    ['nobody waits', queue([1], [2])],
    ['all wait for each other', queue([1, 2], [2, 1])],
    ['the holder does not show', queue([2, 77])],
  ])('is nobody where %s', (_, sessions) => {
    expect(rootBlocker({ sessions })).toBeNull();
  });
});
