import { describe, expect, test } from 'vitest';
import { CALM } from '../../../functions/core/fleet/attention.ts';
import { type CellSummary, parseSummary, regionIn } from '../../../functions/core/fleet/cell-summary.ts';
import { summaryOf } from '../../../functions/core/fleet/summary-of.ts';
import { CELL_NOW, cellOf, itemOfDatabase, memoryOfDatabase, mixedCell } from '../../support/fleet-cells.ts';
import { DIGEST_WEEK, mixedSummary } from '../../support/summaries-of-cells.ts';

const FACTS = { week: DIGEST_WEEK, code: '(not built)', incidents: 0, ended: 0, now: CELL_NOW };
const written = (given: object = {}) => JSON.stringify({ ...mixedSummary(), ...given });

describe('The summary of a cell', () => {
  const { places } = mixedCell();
  const summary = mixedSummary();

  test('counts each database once: those that may end sessions, observe, are off or aside', () => {
    const { databases, enforce, observe, off, aside } = summary;
    expect(databases).toBe(places.length);
    expect(enforce + observe + off + aside).toBe(databases);
    expect({ enforce, observe, off, aside }).toEqual({ enforce: 7, observe: 2, off: 6, aside: 3 });
  });

  test('has the ladder and its gaps as the status of the cell has them', () => {
    expect(summary.ladder.find(({ step }) => step === 'enforcing')).toEqual({
      step: 'enforcing',
      reached: 5,
    });
    expect(summary.gaps).toContainEqual({ step: 'tagged', problem: 'tag-unknown', databases: 1 });
    expect(summary.gaps).toContainEqual({ step: 'role', problem: 'role-missing', databases: 1 });
    expect(summary.gaps).toContainEqual({ step: 'reserve', problem: 'no-reserve', databases: 1 });
  });

  test('says what holds databases at observe, what is new and what is unwell', () => {
    expect(summary.held).toEqual(
      expect.arrayContaining([
        { source: 'tag', databases: 1 },
        { source: 'quarantine', databases: 1 },
      ]),
    );
    expect(summary.fresh).toEqual({ databases: 1, names: ['orders-clone'] });
    expect(summary.unwell).toEqual({ databases: 2, names: ['roleless', 'walled'] });
  });

  test('names few of many, counts all, and leaves out names that RDS would not give', () => {
    const attention = { ...CALM, incident: true };
    const names = ['click here', ...Array.from({ length: 40 }, (_, at) => `d${at}`)];
    const cell = cellOf(
      names.map((name, at) => itemOfDatabase(`e${at}`, { name })),
      Object.fromEntries(names.map((_, at) => [`e${at}`, memoryOfDatabase({ attention })])),
    );
    const { unwell } = summaryOf(cell, FACTS);
    expect(unwell.databases).toBe(41);
    expect(unwell.names).toHaveLength(5);
    expect(unwell.names).not.toContain('click here');
  });

  test('of a database that is gone counts it as gone, and as nothing else', () => {
    const gone = itemOfDatabase('old', { standing: 'skipped', why: 'gone' });
    expect(summaryOf(cellOf([gone]), FACTS)).toMatchObject({ databases: 0, aside: 0, gone: 1 });
  });

  test('of the largest cell with every gap fits into what the hub keeps of a cell', () => {
    const names = Array.from({ length: 5 }, (_, at) => `${'n'.repeat(61)}${at}`);
    const text = written({ fresh: { databases: 9_999, names }, unwell: { databases: 9_999, names } });
    expect(text.length).toBeLessThan(4_000);
  });
});

describe('What another account wrote', () => {
  test('is read as it was sent, with what a later version added', () => {
    expect(parseSummary(written())).toEqual(mixedSummary());
    expect(parseSummary(written({ later: { word: 1 } }))).toMatchObject({ databases: 18 });
  });

  test('with words of a later version has `other` in their place', () => {
    const gaps = [{ step: 'flying', problem: 'no-wings', databases: 2 }];
    const held = [{ source: 'moon', databases: 2 }];
    const read = parseSummary(written({ gaps, held, code: 'latest' }));
    expect(read?.gaps).toEqual([{ step: 'other', problem: 'other', databases: 2 }]);
    expect(read?.held).toEqual([{ source: 'other', databases: 2 }]);
    expect(read?.code).toBe('other');
  });

  test.each<readonly [string, Partial<Record<keyof CellSummary, unknown>>]>([
    ['a number that is too large', { databases: 1e15 }],
    ['a negative number', { enforce: -1 }],
    ['a fraction', { ended: 0.5 }],
    ['no number', { observe: '4' }],
    ['a name with a line break', { fresh: { databases: 1, names: ['a\nNOT HEARD'] } }],
    ['a name that is a sentence', { unwell: { databases: 1, names: ['see evil.example'] } }],
    ['more names than may be', { fresh: { databases: 9, names: ['a', 'b', 'c', 'd', 'e', 'f'] } }],
    ['rows without an end', { gaps: Array(101).fill({ step: 'iam', problem: 'iam-off', databases: 1 }) }],
    ['no time of a week', { week: 'now' }],
    ['a region with a command in it', { region: 'eu-west-1; rm -rf /' }],
  ])('is no summary with %s', (_what, given) => {
    expect(parseSummary(written(given))).toBeNull();
  });

  test.each(['', '{', 'null', '[]', '"a"', '{}'])('is no summary where it is %j', (text) => {
    expect(parseSummary(text)).toBeNull();
  });

  test.each([
    undefined,
    null,
    7,
    '',
    'eu',
    'EU-WEST-1',
    `eu-${'w'.repeat(40)}-1`,
    'eu-west-1\n',
    '__proto__',
  ])('has no region where it is %j', (value) => {
    expect(regionIn(value)).toBeNull();
  });

  test.each(['eu-west-1', 'us-gov-east-1', 'cn-north-1', 'eusc-de-east-1'])('has the region %s', (region) => {
    expect(regionIn(region)).toBe(region);
  });
});
