import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromPackedRecord, toPackedRecord } from '../../../../functions/core/run/codec/pack-record.ts';
import {
  Dictionary,
  fromTexts,
  fromTimes,
  toTexts,
  toTimes,
} from '../../../../functions/core/run/codec/packed-columns.ts';
import { aSession, aSnapshot } from '../../../support/builders.ts';
import { recordOf, runOf } from '../../../support/records.ts';

test('a record from before sessions had ids of their own is read, and none of them has one', () => {
  const snapshot = aSnapshot({ sessions: [aSession({ pid: 4 }), aSession({ pid: 5 })] });
  const packed = toPackedRecord({ ...recordOf('healthy'), snapshot });
  if (packed.snapshot === null) throw new Error('The snapshot got lost');
  const { sessionId, ...columns } = packed.snapshot.sessions;
  expect(sessionId).toEqual([null, null]);
  const earlier = { ...packed, snapshot: { ...packed.snapshot, sessions: columns } };
  expect(fromPackedRecord(earlier).snapshot).toEqual(snapshot);
});

test('what is particular to GaussDB travels: ids of 64 bits, sessions without a thread, coordinators', () => {
  const coordinators = [{ name: 'cn_5001', isOurs: true, sessions: 508, idle: 500 }];
  const sessions = [aSession({ pid: 57, sessionId: '57' }), aSession({ pid: 139_865_012_016_896 })];
  const snapshot = aSnapshot({
    server: { flavor: 'gaussdb', version: 'GaussDB 8.1.3', coordinators },
    sessions,
  });
  const packed = toPackedRecord({ ...recordOf('healthy'), snapshot });
  expect(fromPackedRecord(JSON.parse(JSON.stringify(packed))).snapshot).toEqual(snapshot);
});

test('a fact of a session that the packing does not list travels, and is absent where it is unknown', () => {
  const known = { ...aSession({ pid: 4 }), queryId: '77' };
  const sessions = [known, aSession({ pid: 5 })];
  const packed = toPackedRecord({ ...recordOf('healthy'), snapshot: aSnapshot({ sessions }) });
  const read = fromPackedRecord(JSON.parse(JSON.stringify(packed))).snapshot?.sessions;
  expect(read).toStrictEqual(sessions);
});

describe('columns of a record come back as they were', () => {
  const microseconds = fc.integer({ min: 0, max: 4_000_000_000_000_000 });
  const inUtc = microseconds.map((us) => {
    const fraction = String(us % 1_000_000)
      .padStart(6, '0')
      .replace(/0+$/, '');
    const second = new Date(Math.floor(us / 1_000_000) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
    return `${second}${fraction === '' ? '' : `.${fraction}`}+00`;
  });
  const otherTimes = fc.constantFrom(
    null,
    '',
    'infinity',
    '2026-11-21 03:15:43.100000+00',
    '2026-11-21 03:15:43+02',
    '0044-03-15 12:00:00+00 BC',
    '2026-13-41 99:00:00+00',
  );

  test('times to the microsecond, and what is no such time', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 5, arbitrary: inUtc }, otherTimes)), (times) => {
        const packed = toTimes(times);
        expect(fromTimes(JSON.parse(JSON.stringify(packed)))).toEqual(times);
      }),
    );
    expect(toTimes(['2026-11-21 03:15:43.5+00', '2026-11-21 03:15:44+00']).times[1]).toBe(500_000);
  });

  test('texts, each of which stands once', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.constantFrom('a', '', '…', 'null'))), (values) => {
        const dictionary = new Dictionary();
        expect(fromTexts(toTexts(dictionary, values), dictionary.texts)).toEqual(values);
        expect(new Set(dictionary.texts).size).toBe(dictionary.texts.length);
      }),
    );
  });

  test('attempts of sessions that the snapshot lacks, and spared sessions without a pid', () => {
    const nameless = [
      aSession({ pid: null, backendStart: null, user: 'a' }),
      aSession({ pid: null, backendStart: null, user: 'b' }),
    ];
    const signalled = { round: 1, guard: 'signalled', result: 'terminated' } as const;
    const snapshot = aSnapshot({ sessions: [...nameless, aSession({ pid: 5 })] });
    const record = {
      ...runOf({ snapshot }),
      attempts: [
        { ...signalled, pid: 77, backendStart: '2026-11-21 03:15:43.25+00' },
        { ...signalled, pid: 5, backendStart: aSession({ pid: 5 }).backendStart },
      ],
    };
    expect(fromPackedRecord(JSON.parse(JSON.stringify(toPackedRecord(record))))).toEqual(record);
  });
});
