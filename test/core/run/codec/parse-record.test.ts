import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { parseRecord, parseRecordText } from '../../../../functions/core/run/codec/parse-record.ts';
import { keptRecordSchema } from '../../../../functions/core/run/codec/record-schema.ts';
import { packRecord } from '../../../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../../../functions/core/run/codec/unpack-record.ts';
import type { KeptRecord } from '../../../../functions/core/run/kept-record.ts';
import { renderIncident } from '../../../../functions/render/message/render-incident.ts';
import { aPolicy } from '../../../support/builders.ts';
import {
  cutOffIncident,
  INCIDENTS,
  logLinesIncident,
  lostIncident,
  OBSERVED,
  roleLimitIncident,
} from '../../../support/incidents.ts';
import { runOf, sessionsOf, snapshotOf } from '../../../support/records.ts';
import { renderPage } from '../../../support/render-page.ts';

const RUNS = { ...INCIDENTS, ...OBSERVED, logLinesIncident, lostIncident, roleLimitIncident, cutOffIncident };
const written = (record: unknown) => JSON.stringify(record);
const kept = (name: keyof typeof INCIDENTS): KeptRecord => ({ ...INCIDENTS[name](), reduced: [] });

describe('a record that was kept', () => {
  test.each(Object.entries(RUNS))('of %s comes back as it was', (_, run) => {
    const record = { ...run(), reduced: [] };
    const back = parseRecordText(written(record));
    expect(back).toEqual(record);
    expect(renderIncident(back)).toEqual(renderIncident(record));
    expect(renderPage(back)).toBe(renderPage(record));
  });

  test('names the same sessions and scopes by its plan as by its snapshot', () => {
    const batch = { count: 5, application: 'nightly', user: 'batch', fromAgeMs: 9_000_000 };
    const run = runOf({
      snapshot: snapshotOf(sessionsOf([batch]), { roles: [{ name: 'batch', limit: 5 }] }),
      policy: aPolicy({}),
    });
    const { snapshot, plan } = parseRecordText(written({ ...run, reduced: [] }));
    const [victim] = plan?.victims ?? [];
    expect(snapshot?.sessions.some((each) => each === victim?.session)).toBe(true);
    expect(victim?.reason.serves[0]).toBe(plan?.pressure[0]?.scope);
  });

  test('comes back from one that travelled and was reduced', () => {
    const result = packRecord(INCIDENTS.partial());
    const record: KeptRecord = { ...unpackRecord(result), reduced: ['statements', 'details'] };
    expect(parseRecordText(written(record))).toEqual(record);
  });

  test('may know more than this version', () => {
    const record = { ...kept('recovered'), weather: 'rain' };
    expect(parseRecord({ ...record, connecting: { ...record.connecting, mood: 1 } })).toMatchObject({
      weather: 'rain',
    });
  });

  test('may be from before there were memory and checks', () => {
    const { recall: _, misconfigurations: __, reduced: ___, ...before } = kept('recovered');
    expect(parseRecord(before)).toEqual(kept('recovered'));
  });
});

describe('what is no record', () => {
  const without = (key: string) =>
    Object.fromEntries(Object.entries(kept('recovered')).filter(([name]) => name !== key));

  test.each([
    ['no JSON', '{', /\(root\): found .*, expected one JSON object/],
    ['nothing', '', /\(root\): found .*, expected one JSON object/],
    ['another JSON', '[]', /\(root\): found something else, expected the record of a run/],
    ['null', 'null', /\(root\): found something else, expected the record of a run/],
    [
      'a newer version',
      written({ ...kept('recovered'), version: 2 }),
      /version: found 2, expected 1: a newer headroom reads it$/,
    ],
    [
      'an older version',
      written({ version: 0 }),
      /version: found 0, expected 1: an older headroom reads it$/,
    ],
    ['no version', written(without('version')), /version: missing, expected 1$/],
    [
      'a snapshot file',
      written({ slots: { max: 20 }, sessions: [] }),
      /1 problem.*\n.*found something else, expected the record of a run/,
    ],
    ['a part left out', written(without('timings')), /timings: missing, expected an object with connected/],
    [
      'a word of no meaning',
      written({ ...kept('recovered'), outcome: 'fine' }),
      /outcome: found "fine", expected "healthy" or/,
    ],
    [
      'a wrong kind',
      written({ ...kept('recovered'), trigger: { kind: 'x' } }),
      /trigger(\.kind)?: found .*, expected a trigger whose kind is/,
    ],
  ])('(%s) is refused with its path', (_, text, message) => {
    expect(() => parseRecordText(text)).toThrow(
      expect.objectContaining({ code: 'record-invalid', message: expect.stringMatching(message) }),
    );
  });

  test('is told with all that is wrong', () => {
    const wrong = { ...kept('recovered'), server: 7, attempts: [{ pid: 'x' }] };
    expect(() => parseRecord(wrong)).toThrow(/^The record has [2-9] problems/);
  });
});

test('the JSON Schema says what every key is, and which must be there', () => {
  const schema = z.toJSONSchema(keptRecordSchema, { io: 'input' });
  const { properties = {}, required } = schema;
  // Records from before do not say which code ran by which policy.
  const keys = [...Object.keys(kept('recovered')), 'code', 'fleet', 'planner', 'policyHash'];
  expect(Object.keys(properties).toSorted()).toEqual(keys.toSorted());
  expect(required).not.toContain('code');
  expect(required).not.toContain('policyHash');
  expect(required).not.toContain('recall');
  const silent = Object.entries(properties).filter(
    ([, each]) => typeof each !== 'object' || each.description === undefined,
  );
  expect(silent.map(([key]) => key)).toEqual(['plan', 'misconfigurations']);
});
