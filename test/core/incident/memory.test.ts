import { describe, expect, test } from 'vitest';
import { followIncident } from '../../../functions/core/incident/follow-incident.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../../functions/core/incident/memory.ts';
import { memoryDocument, parseMemory } from '../../../functions/core/incident/memory-document.ts';
import { addToOutbox } from '../../../functions/core/incident/outbox.ts';
import type { Outcome } from '../../../functions/core/run/outcome.ts';
import { modeInForce, type Recall } from '../../../functions/core/run/pause.ts';
import { aRun, minute } from '../../support/summaries.ts';

const PLACE = { server: 'orders', table: 'memory' };
const KNOWN: Memory = {
  ...NOTHING_REMEMBERED,
  version: 7,
  paused: { at: '2026-11-21T03:15:42Z', by: 'ada', reason: null, until: null },
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
  const before = { paused: { at: '2026-11-21T03:15:42Z', by: 'ada', reason: null }, told: [], telling: [] };

  test('is what was kept', () => {
    expect(parseMemory(PLACE, KNOWN.version, memoryDocument(KNOWN))).toEqual(KNOWN);
    const empty = { ...NOTHING_REMEMBERED, version: 1 };
    expect(parseMemory(PLACE, 1, memoryDocument(empty))).toEqual(empty);
  });

  test('of before our own tries were kept is understood, and has none', () => {
    const { ownTries: _, ...older } = JSON.parse(memoryDocument(KNOWN));
    expect(parseMemory(PLACE, 7, JSON.stringify(older))).toEqual({ ...KNOWN, ownTries: [] });
  });

  test('of before there were incidents is understood, and its pause holds', () => {
    expect(parseMemory(PLACE, 3, JSON.stringify({ ...before, told: ['reserve'] }))).toEqual({
      ...NOTHING_REMEMBERED,
      version: 3,
      paused: KNOWN.paused,
      told: ['reserve'],
    });
  });

  test.each([
    ['a version below 1', 0, document, 'version: found 0'],
    ['no version', Number.NaN, document, 'version: found null'],
    ['no pause at all', 1, { told: [], telling: [] }, 'paused: missing'],
    ['a pause by nobody', 1, { ...document, paused: { ...KNOWN.paused, by: '' } }, 'paused.by: found ""'],
    [
      'a pause of no time',
      1,
      { ...document, paused: { ...KNOWN.paused, at: 'now' } },
      'paused.at: found "now"',
    ],
    ['a pause that may end or not', 1, { ...document, paused: before.paused }, 'paused.until: missing'],
    ['a check that is none', 1, { ...document, told: [7] }, 'told[0]: found 7'],
    ['a form of later', 1, { ...document, form: 3 }, 'form: found 3'],
    ['a key of later', 1, { ...document, budget: 'x' }, 'budget: found "x"'],
    ['a key that came with the next form', 1, { ...before, incident: null }, 'incident: found null'],
    ['an incident that is none', 1, { ...document, incident: {} }, 'incident.id: missing'],
    ['a list', 1, [], 'paused: missing'],
    ['a text', 1, 'x', '(root): found "x"'],
  ])('with %s is not understood', (_, version, content, found) => {
    expect(() => parseMemory(PLACE, version, JSON.stringify(content))).toThrow(
      expect.objectContaining({
        code: 'memory-unreadable',
        message: expect.stringContaining(`The memory of orders in table memory is not understood (${found}`),
      }),
    );
  });

  test('is understood again, and below 9 KB, after 10,000 runs with the longest of names and a topic that takes nothing', () => {
    const kinds: readonly Outcome[] = ['refilled', 'recovered', 'partial', 'no-candidates'];
    const name = (of: number) => `${of}`.padEnd(90, '"');
    let memory: Memory = KNOWN;
    let largest = 0;
    for (let at = 0; at < 10_000; at += 1) {
      const culprit = { application: name(at % 7), user: name(at % 3), database: name(0) };
      const outcome = at % 12 < 8 ? (kinds[(at * 7 + Math.floor(at / 40)) % 4] ?? 'partial') : 'healthy';
      const startedAt = new Date(minute(at * 4)).toISOString();
      const ownTries = {
        from: startedAt,
        to: startedAt,
        tries: 155,
        address: 'fd12:3456:789a:0001:0002:0003:0004:0005',
      };
      const run = aRun(at * 4, {
        outcome,
        culprit,
        ownTries,
        runId: `c2a6f2ae-7dbb-4d22-8782-${at}`.padEnd(36, '0'),
      });
      const followed = followIncident(memory, run, minute(at * 4));
      memory = followed.memory;
      if (followed.isTold)
        memory = addToOutbox(memory, { runId: run.runId, story: followed.story, checks: [] });
      largest = Math.max(largest, Buffer.byteLength(memoryDocument(memory)));
    }
    expect([memory.runs.length, memory.closed.length, memory.untold.length]).toEqual([14, 9, 4]);
    expect(largest).toBeLessThan(9_216);
    expect(parseMemory(PLACE, memory.version, memoryDocument(memory))).toEqual(memory);
  });
});
