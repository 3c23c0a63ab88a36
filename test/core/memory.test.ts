import { describe, expect, test } from 'vitest';
import {
  type Memory,
  memoryDocument,
  modeInForce,
  NOTHING_REMEMBERED,
  parseMemory,
  type Recall,
} from '../../functions/core/memory.ts';

const PLACE = { server: 'orders', table: 'memory' };
const KNOWN: Memory = {
  version: 7,
  paused: { at: '2026-11-21T03:15:42Z', by: 'ada', reason: null },
  told: ['reserve'],
  telling: ['password'],
};
const READ: Recall = { kind: 'read', table: 'memory', paused: null };
const UNREADABLE: Recall = {
  kind: 'unreadable',
  table: 'memory',
  problem: { code: 'memory-unreadable', message: 'no answer' },
};

describe('Whether a run may act', () => {
  test.each([
    ['enforce', UNREADABLE, 'schedule', 'observe'],
    ['enforce', UNREADABLE, 'alarm', 'enforce'],
    ['enforce', UNREADABLE, 'manual', 'enforce'],
    ['enforce', READ, 'schedule', 'enforce'],
    ['enforce', null, 'schedule', 'enforce'],
    ['observe', UNREADABLE, 'alarm', 'observe'],
    ['off', UNREADABLE, 'schedule', 'off'],
  ] as const)('with mode %s and memory %o, on %s it is in mode %s', (mode, recall, trigger, inForce) => {
    expect(modeInForce(mode, recall, trigger)).toBe(inForce);
  });
});

describe('A kept item', () => {
  const document = JSON.parse(memoryDocument(KNOWN));

  test('is what was kept', () => {
    expect(parseMemory(PLACE, KNOWN.version, memoryDocument(KNOWN))).toEqual(KNOWN);
    const empty = { ...NOTHING_REMEMBERED, version: 1 };
    expect(parseMemory(PLACE, 1, memoryDocument(empty))).toEqual(empty);
  });

  test.each([
    ['a version below 1', 0, document, 'version: found 0'],
    ['no version', Number.NaN, document, 'version: found null'],
    ['no pause at all', 1, { told: [], telling: [] }, 'paused: found nothing'],
    ['a pause by nobody', 1, { ...document, paused: { ...KNOWN.paused, by: '' } }, 'paused.by: found ""'],
    [
      'a pause of no time',
      1,
      { ...document, paused: { ...KNOWN.paused, at: 'now' } },
      'paused.at: found "now"',
    ],
    ['a check that is none', 1, { ...document, told: [7] }, 'told[0]: found 7'],
    ['a key of a later version', 1, { ...document, incident: 'x' }, 'incident: found "x"'],
    ['a list', 1, [], 'paused: found nothing'],
    ['a text', 1, 'x', '(root): found "x"'],
  ])('with %s is not understood', (_, version, content, found) => {
    expect(() => parseMemory(PLACE, version, JSON.stringify(content))).toThrow(
      expect.objectContaining({
        code: 'memory-unreadable',
        message: expect.stringContaining(`What table memory holds of orders is not understood (${found}`),
      }),
    );
  });
});
