import { describe, expect, test } from 'vitest';
import { addToIndex, type IndexEntry } from '../../../functions/core/incident/add-to-index.ts';
import {
  type IncidentIndex,
  indexDocument,
  NO_INCIDENTS,
  parseIndex,
} from '../../../functions/core/incident/incident-index.ts';
import { BILLING } from '../../support/summaries.ts';

const NOW = Date.parse('2026-11-21T04:00:00.000Z');
const DAY = 86_400_000;

/** A run at this minute after three, in the incident that was opened by the run with this number. */
function entry(minute: number, opener: number | null, fields: Partial<IndexEntry['run']> = {}): IndexEntry {
  const at = new Date(Date.parse('2026-11-21T03:00:00.000Z') + minute * 60_000).toISOString();
  const openedAt = new Date(Date.parse('2026-11-21T03:00:00.000Z') + (opener ?? 0) * 60_000).toISOString();
  return {
    server: 'orders',
    incident: opener === null ? null : { id: `run-${opener}`, openedAt, runs: 1, ended: 0 },
    run: {
      ...{ id: `run-${minute}`, at, outcome: 'recovered', mode: 'enforce', used: 57, after: 45, usable: 57 },
      ...{ ended: 12, hasPage: true },
      ...fields,
    },
    nature: { cause: 'connection-leak', culprit: BILLING },
  };
}

const indexOf = (...entries: readonly IndexEntry[]): IncidentIndex =>
  entries.reduce((index, each) => addToIndex(index, each, NOW), NO_INCIDENTS);
const shapeOf = ({ incidents }: IncidentIndex) =>
  incidents.map(({ id, closedAt, runs }) => [id, closedAt !== null, runs.map((run) => run.id)]);

describe('an index', () => {
  test('has each incident with its runs, the newest incident first and the oldest run first', () => {
    const index = indexOf(
      entry(0, 0),
      entry(5, 0),
      entry(9, null, { outcome: 'healthy', ended: 0 }),
      entry(30, 30),
    );
    expect(shapeOf(index)).toEqual([
      ['run-30', false, ['run-30']],
      ['run-0', true, ['run-0', 'run-5', 'run-9']],
    ]);
    expect(index.incidents[1]).toMatchObject({ ended: 24, runCount: 3, culprit: 'billing-worker' });
  });

  test('is the same when a run is reported twice, also the one that closed the incident', () => {
    const entries = [entry(0, 0), entry(5, 0), entry(9, null, { ended: 0 })];
    const index = indexOf(...entries);
    for (const each of entries) expect(indexOf(...entries, each)).toEqual(index);
  });

  test('closes an incident at its last run when another one opens, and leaves other servers alone', () => {
    const other = { ...entry(1, 1), server: 'billing' };
    const index = indexOf(entry(0, 0), other, entry(30, 30));
    expect(index.incidents.map(({ server, closedAt }) => [server, closedAt?.slice(11, 16) ?? null])).toEqual([
      ['orders', null],
      ['billing', null],
      ['orders', '03:00'],
    ]);
  });

  test('does not change for a run that closes an incident which it does not know', () => {
    expect(indexOf(entry(9, null))).toBe(NO_INCIDENTS);
  });

  test('drops incidents after 400 days, keeps 300, and of each the newest 20 runs', () => {
    const index = indexOf(entry(0, 0));
    expect(addToIndex(index, { ...entry(1, 1), server: 'billing' }, NOW + 401 * DAY).incidents).toEqual([]);
    expect(addToIndex(index, { ...entry(1, 1), server: 'billing' }, NOW + 399 * DAY).incidents.length).toBe(
      2,
    );
    expect(indexOf(...Array.from({ length: 310 }, (_, at) => entry(at, at))).incidents.length).toBe(300);
    const long = indexOf(...Array.from({ length: 30 }, (_, at) => entry(at, 0))).incidents[0];
    expect([long?.runs.length, long?.runs[0]?.id, long?.runCount]).toEqual([20, 'run-10', 30]);
  });

  test('is read as it was written, and a later form or another text is not understood', () => {
    const index = indexOf(entry(0, 0), entry(30, 30));
    expect(parseIndex(indexDocument(index))).toEqual(index);
    expect(parseIndex(indexDocument(index).replace('"form":1', '"form":2'))).toBeNull();
    expect(parseIndex('{"form":1,"incidents":[{}]}')).toBeNull();
    expect(parseIndex('')).toBeNull();
  });
});
