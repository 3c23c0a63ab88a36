import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../functions/core/errors.ts';
import { idleReason, isRefusal, parseTrigger } from '../../functions/core/trigger.ts';
import { anAlarm, MINUTE } from '../support/builders.ts';

const recorded = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), 'utf8'));

const AT = '2026-11-21T03:15:42.512Z';
const SOON = Date.parse(AT) + 900;

describe('A CloudWatch alarm', () => {
  test('is a trigger with its name, state, reason and moment', () => {
    expect(parseTrigger(recorded('metric-alarm'))).toEqual({
      kind: 'alarm',
      alarm: 'orders-db-too-many-clients',
      alarmArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders-db-too-many-clients',
      state: 'ALARM',
      reason: expect.stringMatching(/^Threshold Crossed: 1 out of the last 1 datapoints \[37\.0/),
      at: AT,
      suppressedBy: null,
    });
  });

  test.each([
    ['metric-alarm', 'ALARM', null, null],
    ['metric-alarm-ok', 'OK', null, 'muted'],
    ['metric-alarm-insufficient-data', 'INSUFFICIENT_DATA', null, 'muted'],
    ['set-alarm-state', 'ALARM', null, null],
    ['composite-alarm', 'ALARM', null, null],
    ['composite-alarm-suppressed', 'ALARM', 'AlarmSuppressor', 'muted'],
    // On `previousState` it means that suppression has just ended: this is the call that must act.
    ['composite-alarm-suppression-ended', 'ALARM', null, null],
  ] as const)('%s: state %s, suppressed by %s, idle because %s', (name, state, suppressedBy, idle) => {
    const trigger = parseTrigger(recorded(name));
    expect(trigger).toMatchObject({ kind: 'alarm', state, suppressedBy, at: AT });
    expect(idleReason(trigger, SOON)).toBe(idle);
  });

  test('set by hand has a free text for its reason and no data', () => {
    expect(parseTrigger(recorded('set-alarm-state'))).toMatchObject({
      reason: 'Fire drill by on-call: please ignore',
    });
  });

  test.each([
    ['2026-11-21T03:15:42.512+0000', AT],
    ['2026-11-21T04:15:42.512+0100', AT],
    ['2026-11-20T22:45:42.512-0430', AT],
    ['2026-11-21T03:15:42.512Z', AT],
    ['2026-11-21T03:15:42+00:00', '2026-11-21T03:15:42.000Z'],
  ])('of %s happened at %s', (timestamp, at) => {
    const event = recorded('metric-alarm');
    Object.assign(event.alarmData as object, { state: { value: 'ALARM', timestamp } });
    expect(parseTrigger(event)).toMatchObject({ at });
  });

  test('without a timestamp of its state happened at the time of the event', () => {
    const event = recorded('metric-alarm');
    Object.assign(event.alarmData as object, { state: { value: 'ALARM' } });
    expect(parseTrigger({ ...event, time: '2026-11-21T03:16:00.000+0000' })).toMatchObject({
      at: '2026-11-21T03:16:00.000Z',
    });
  });
});

describe('The schedule and people', () => {
  test('a schedule is known by its arn and time, not by its execution, which is new for each attempt', () => {
    expect(parseTrigger(recorded('schedule'))).toEqual({
      kind: 'schedule',
      at: '2026-11-21T03:15:00.000Z',
      id: 'arn:aws:scheduler:eu-west-1:111122223333:schedule/default/pg-headroom-orders 2026-11-21T03:15:00.000Z',
    });
    const again = { ...recorded('schedule'), executionId: 'another', attempt: '2' };
    expect(parseTrigger(again)).toEqual(parseTrigger(recorded('schedule')));
  });

  test('either may come without a time', () => {
    expect(parseTrigger({ source: 'pg-headroom.schedule' })).toEqual({
      kind: 'schedule',
      at: null,
      id: null,
    });
    expect(parseTrigger({ source: 'pg-headroom.manual' })).toEqual({ kind: 'manual', at: null });
    expect(parseTrigger({ source: 'pg-headroom.manual', time: AT })).toEqual({ kind: 'manual', at: AT });
  });

  test('only the schedule does not stand for a refusal', () => {
    expect((['alarm', 'manual', 'schedule'] as const).map(isRefusal)).toEqual([true, true, false]);
  });
});

describe('Nothing is done', () => {
  const at = Date.parse(AT);

  test.each([
    ['an alarm of exactly five minutes ago is not stale', anAlarm(), at + 5 * MINUTE, null],
    ['an older one is', anAlarm(), at + 5 * MINUTE + 1, 'stale'],
    ['an event from our future is not', anAlarm(), at - 60 * MINUTE, null],
    ['an old alarm that went to OK is muted', anAlarm({ state: 'OK' }), at + 60 * MINUTE, 'muted'],
    ['a suppressed one is muted', anAlarm({ suppressedBy: 'WaitPeriod' }), at, 'muted'],
    ['an old schedule is stale', { kind: 'schedule', at: AT, id: null }, at + 6 * MINUTE, 'stale'],
    ['an old manual event is stale', { kind: 'manual', at: AT }, at + 6 * MINUTE, 'stale'],
    ['what has no time is never stale', { kind: 'schedule', at: null, id: null }, at + 60 * MINUTE, null],
  ] as const)('%s', (_, trigger, now, idle) => {
    expect(idleReason(trigger, now)).toBe(idle);
  });
});

describe('An event that nobody knows', () => {
  const refusal = (event: unknown): string => {
    try {
      return `accepted as ${JSON.stringify(parseTrigger(event))}`;
    } catch (error) {
      if (!(error instanceof RemediationError) || error.code !== 'event-unknown') throw error;
      return error.message;
    }
  };
  const alarmWith = (fields: object) => {
    const event = recorded('metric-alarm');
    return { ...event, alarmData: { ...(event.alarmData as object), ...fields } };
  };

  test.each([
    ['nothing', undefined, 'keys none'],
    ['null', null, 'keys none'],
    ['a text', 'aws.cloudwatch', 'keys none'],
    ['an empty object', {}, 'keys none'],
    ['a list', [{ source: 'aws.cloudwatch' }], 'keys 0'],
    ['an SNS envelope', { Records: [{ Sns: { Message: '{}' } }] }, 'Records'],
    ['another source', { source: 'aws.rds', detail: {} }, '"aws.rds"'],
    ['our name in other letters', { source: 'PG-Headroom.schedule' }, '"PG-Headroom.schedule"'],
    ['a longer name', { source: 'pg-headroom.schedule.evil' }, '"pg-headroom.schedule.evil"'],
    ['an alarm without data', { source: 'aws.cloudwatch', alarmArn: 'a', time: AT }, 'alarmData.state.value'],
    ['an unknown state', alarmWith({ state: { value: 'alarm', timestamp: AT } }), '"alarm"'],
    ['no name', alarmWith({ alarmName: '' }), 'alarmData.alarmName'],
    ['no moment', alarmWith({ state: { value: 'ALARM', timestamp: 'now' } }), '"now"'],
    [
      'a moment in milliseconds',
      alarmWith({ state: { value: 'ALARM', timestamp: 1_795_230_920 } }),
      '1795230920',
    ],
    [
      'a schedule whose time was never filled in',
      { source: 'pg-headroom.schedule', scheduledTime: '<aws.scheduler.scheduled-time>' },
      'scheduledTime',
    ],
  ] as const)('%s is refused by what stood there', (_, event, found) => {
    const message = refusal(event);
    expect(message).toContain(found);
    expect(message).toMatch(/^The event is not one that pg-headroom acts on: found .*, allowed is .*\.$/s);
  });

  test.each(['sweep 1', '5'])('%j is no moment: no date is guessed from it', (scheduledTime) => {
    expect(refusal({ source: 'pg-headroom.schedule', scheduledTime })).toContain('scheduledTime');
  });

  test('whatever comes is a trigger or refused with the code', () => {
    const events = fc.oneof(
      fc.anything(),
      fc.record({
        source: fc.constantFrom('aws.cloudwatch', 'pg-headroom.schedule'),
        alarmData: fc.anything(),
      }),
      fc.record({ source: fc.constant('pg-headroom.manual'), time: fc.anything() }),
      fc.record({ source: fc.constant('aws.cloudwatch'), alarmData: fc.record({ state: fc.anything() }) }),
    );
    fc.assert(fc.property(events, (event) => refusal(event) !== ''));
  });
});
