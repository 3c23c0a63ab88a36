import { describe, expect, test } from 'vitest';
import type { RunSummary } from '../../../functions/core/incident/incident.ts';
import { NOTHING_REMEMBERED } from '../../../functions/core/incident/memory.ts';
import { memoryDocument, parseMemory } from '../../../functions/core/incident/memory-document.ts';
import { noteObservation } from '../../../functions/core/incident/observation.ts';
import { aRun } from '../../support/summaries.ts';

const groups = (run: number) =>
  [0, 1, 2].map((at) => ({
    group: { application: `${run}-${at}-${'a'.repeat(500)}`, user: 'u'.repeat(500), database: 'd' },
    count: 10,
  }));
const observing = (run: number): RunSummary => ({
  ...aRun(run, { mode: 'observe' }),
  runId: `run-${run}`,
  planned: { chosen: 30, groups: groups(run) },
});

describe('What a week of observing leaves in memory', () => {
  const after = Array.from({ length: 500 }, (_, at) => at).reduce(
    (memory, at) => noteObservation(memory, observing(at)),
    NOTHING_REMEMBERED,
  );

  test('has a bound, however many programs there are', () => {
    expect(after.observed).toMatchObject({ runs: 500, most: 30, toldBy: null });
    expect(after.observed?.programs).toHaveLength(8);
    expect(JSON.stringify(after.observed).length).toBeLessThan(2_500);
  });

  test('is read again as it was written', () => {
    const place = { server: 'orders', table: 'memory' };
    const stored = { ...after, version: 1 };
    expect(parseMemory(place, 1, memoryDocument(stored))).toEqual(stored);
  });

  test('is not changed by a run that is not known well enough', () => {
    const { planned: _, ...unknown } = observing(1);
    expect(noteObservation(NOTHING_REMEMBERED, unknown)).toBe(NOTHING_REMEMBERED);
  });
});
