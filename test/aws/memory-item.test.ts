import { describe, expect, test } from 'vitest';
import { itemOf, parseMemoryItem, switchAttribute } from '../../functions/aws/memory-item.ts';
import { NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import { LOOPBACK_ACCOUNT } from '../support/loopback-server.ts';

const PLACE = { server: 'orders', table: 'memory' };
const NOW = Date.parse('2026-11-21T03:15:42.000Z');
const PAUSE = {
  at: '2026-11-21T03:00:00Z',
  by: `arn:aws:iam::${LOOPBACK_ACCOUNT}:user/ada`,
  reason: null,
  until: '2026-11-21T05:00:00Z',
};
const KNOWN = { ...NOTHING_REMEMBERED, version: 4, told: ['reserve'] };
const parsed = (item: object) => parseMemoryItem(PLACE, item, NOW);

describe('The switch in an item', () => {
  test('is stronger than the pause in the memory, and leaves the rest as it is', () => {
    const item = { ...itemOf(PLACE, KNOWN), pause: switchAttribute(PAUSE) };
    expect(parsed(item)).toEqual({ ...KNOWN, paused: PAUSE });
    const resumed = { ...itemOf(PLACE, { ...KNOWN, paused: PAUSE }), pause: switchAttribute(null) };
    expect(parsed(resumed)).toEqual(KNOWN);
  });

  test('of a person who resumed runs says who and when, and is no pause for functions that do not know it', () => {
    const resumed = { at: '2026-11-21T03:10:00Z', by: PAUSE.by };
    const item = { ...itemOf(PLACE, { ...KNOWN, paused: PAUSE }), pause: switchAttribute({ resumed }) };
    expect(parsed(item)).toEqual({ ...KNOWN, resumed });
    expect(item.pause).toMatchObject({ M: { until: { S: resumed.at } } });
    // The memory that the next report writes still knows it.
    expect(parsed(itemOf(PLACE, parsed(item)))).toEqual({ ...KNOWN, resumed });
  });

  test('that was resumed at no time goes on pausing', () => {
    const pause = { M: { by: { S: 'ada' }, resumed: { S: 'now' }, until: { S: 'now' } } };
    expect(parsed({ ...itemOf(PLACE, KNOWN), pause }).paused).toMatchObject({ until: null });
  });

  test('alone in an item is a server of which nothing else is remembered', () => {
    const item = { server: { S: 'orders' }, version: { N: '1' }, pause: switchAttribute(PAUSE) };
    expect(parsed(item)).toEqual({ ...NOTHING_REMEMBERED, version: 1, paused: PAUSE });
  });

  test.each([
    ['an end that is no time', { M: { ...switchAttribute(PAUSE), until: { S: 'in two hours' } } }],
    ['an empty end', { M: { by: { S: 'ada' }, until: { S: '' } } }],
    ['a text', { S: 'two hours' }],
    ['nothing', {}],
    ['a number', { N: '2' }],
  ])('with %s pauses until a person resumes, and says so', (_, pause) => {
    const { paused } = parsed({ ...itemOf(PLACE, KNOWN), pause });
    expect(paused).toMatchObject({ until: null, reason: expect.stringContaining('could not be read') });
  });

  test('without an author or a time has substitutes', () => {
    const { paused } = parsed({ ...itemOf(PLACE, KNOWN), pause: { M: {} } });
    expect(paused).toEqual({
      at: '2026-11-21T03:15:42.000Z',
      by: 'a person without a name',
      reason: null,
      until: null,
    });
  });
});
