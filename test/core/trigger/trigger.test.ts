import { describe, expect, test } from 'vitest';
import {
  aheadMs,
  idleReason,
  isRefusal,
  mentionsRefusal,
  type Trigger,
} from '../../../functions/core/trigger/trigger.ts';
import { aLogLines, anAlarm, MINUTE } from '../../support/builders.ts';

const AT = '2026-11-21T03:15:42.512Z';
const at = Date.parse(AT);
const KINDS = ['alarm', 'log-lines', 'manual', 'schedule', 'notice'] as const;

describe('A trigger', () => {
  test('of any kind but the schedule stands for a refusal, or for a human', () => {
    expect(KINDS.map(isRefusal)).toEqual([true, true, true, false, false]);
  });

  test('tells of a refusal when a client was seen to be refused', () => {
    expect(KINDS.map(mentionsRefusal)).toEqual([true, true, false, false, false]);
  });
});

describe('Nothing is done', () => {
  const CASES: readonly (readonly [string, Trigger, number, 'stale' | 'muted' | null])[] = [
    ['an alarm of exactly five minutes ago is not stale', anAlarm(), at + 5 * MINUTE, null],
    ['an older one is', anAlarm(), at + 5 * MINUTE + 1, 'stale'],
    ['an event from our future is not', anAlarm(), at - 60 * MINUTE, null],
    ['an old alarm that went to OK is muted', anAlarm({ state: 'OK' }), at + 60 * MINUTE, 'muted'],
    ['a suppressed one is muted', anAlarm({ suppressedBy: 'WaitPeriod' }), at, 'muted'],
    ['one under a mute rule is muted', anAlarm({ mutedBy: 'arn:rule' }), at, 'muted'],
    ['an old schedule is stale', { kind: 'schedule', at: AT, id: null }, at + 6 * MINUTE, 'stale'],
    ['an old manual event is stale', { kind: 'manual', at: AT }, at + 6 * MINUTE, 'stale'],
    ['what has no time is never stale', { kind: 'schedule', at: null, id: null }, at + 60 * MINUTE, null],
    ['old log lines are stale', aLogLines({ at: AT }), at + 6 * MINUTE, 'stale'],
    ['fresh ones with a refusal are not', aLogLines({ at: AT }), at, null],
    ['log lines without a refusal are muted', aLogLines({ refused: [] }), at, 'muted'],
    ['log lines of our own role alone are muted', aLogLines({ refused: [], own: 7 }), at, 'muted'],
    ['log lines of another server are muted', aLogLines({ refused: [], elsewhere: 2 }), at, 'muted'],
    ['a heartbeat is muted', { kind: 'notice', notice: 'heartbeat', at: null }, at, 'muted'],
    ['a control message is muted', { kind: 'notice', notice: 'control', at: null }, at, 'muted'],
    ['a message of our own is muted', { kind: 'notice', notice: 'own-message', at: null }, at, 'muted'],
  ];
  test.each(CASES)('%s', (_, trigger, now, outcome) => {
    expect(idleReason(trigger, now)?.outcome ?? null).toBe(outcome);
  });

  test('without a sentence that says why', () => {
    const whys = CASES.map(([, trigger, now]) => idleReason(trigger, now)?.why ?? null);
    for (const why of whys.filter((each) => each !== null)) expect(why).toMatch(/^[A-Z].{20,}\.$/);
    expect(whys).toContain('All refusals in the lines (7) are of our own role.');
    expect(whys).toContain('The lines are of another server: their log stream is orders-db.0.');
    expect(whys).toContain('None of the lines (1) tells of a refusal.');
  });
});

describe('A clock that is wrong', () => {
  test.each([
    ['five minutes ahead is a small difference', at - 5 * MINUTE, 0],
    ['more is told', at - 60 * MINUTE, 60 * MINUTE],
    ['an event of the past is not ahead', at + MINUTE, 0],
  ])('%s', (_, now, ahead) => {
    expect(aheadMs(anAlarm({ at: AT }), now)).toBe(ahead);
  });

  test('cannot be seen without a time', () => {
    expect(aheadMs({ kind: 'manual', at: null }, at)).toBe(0);
  });
});
