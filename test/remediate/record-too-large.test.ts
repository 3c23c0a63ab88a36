import { describe, expect, test } from 'vitest';
import { parseRecord } from '../../functions/core/run/codec/parse-record.ts';
import { OMITTED_NAME } from '../../functions/core/run/codec/record-names.ts';
import { REDUCTION_NAMES } from '../../functions/core/run/codec/record-schema.ts';
import { MAX_RECORD_BYTES, packRecord, type RunResult } from '../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { ContestedLock } from '../../functions/core/server/contested-lock.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { aPolicy, aSession, HOUR, someSessions } from '../support/builders.ts';
import { ALARM, runOf, snapshotOf } from '../support/records.ts';

/** The same numbers on every run; the low bits of a linear congruence are no good, the high ones are. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const random = makeRandom(16);
const many = (count: number, character: () => string) => Array.from({ length: count }, character).join('');
const ascii = (count: number) => many(count, () => String.fromCharCode(33 + random(94)));
/** Characters of four bytes, which no statement shares with another. */
const wide = (count: number) => many(count, () => String.fromCodePoint(0x20_000 + random(0xa6_d0)));
const address = () => Array.from({ length: 8 }, () => random(65_536).toString(16)).join(':');
const moment = (hours: number) => {
  const ms = Date.parse('2026-11-21T03:15:43Z') - random(hours * HOUR);
  return `${new Date(ms).toISOString().replace('T', ' ').slice(0, 23)}${String(1 + random(999)).padStart(3, '0')}+00`.replace(
    /0+\+/,
    '+',
  );
};

type Hostile = { readonly victims: number; readonly name: () => string; readonly statement: () => string };

/** 200 sessions stay; each has names, an address and a statement of its own, and many limits are reached. */
function hostileRun({ victims, name, statement }: Hostile, more: Partial<RunRecord> = {}): RunRecord {
  const sessions = someSessions(victims + 200, 1, (index) => ({
    user: name(),
    database: name(),
    application: name(),
    address: address(),
    backendStart: moment(200),
    stateChange: moment(2),
    stateAgeMs: HOUR + random(HOUR),
    queryAgeMs: HOUR + random(HOUR),
    lastStatement: statement(),
    pid: 1_000 + index * 400 + random(400),
  })).map((session) => ({ ...session, pid: session.pid ?? 0 }));
  const pids = sessions.map(({ pid }) => ({ pid: 1_000 + pid * 400 + random(400) }));
  const hostile = sessions.map((session, at) => ({ ...session, ...pids[at] }));
  // Of a few roles the limit is reached as well.
  const roles = hostile.slice(0, 10).map(({ user }) => ({ name: user ?? '', limit: 1 }));
  const slots = {
    max: victims + 200 + 3,
    roles: [...new Map(roles.map((each) => [each.name, each])).values()],
  };
  const limits = { maxVictims: victims, maxPercent: 100, keepPerGroup: 0 };
  const policy = aPolicy({
    mode: 'enforce',
    limits,
    relieve: { when: { freeSlots: 3 }, until: { freeSlots: victims } },
    protect: { builtinApplications: false },
  });
  const snapshot = { ...snapshotOf(hostile, slots), locks: queueOf(hostile.map(({ pid }) => pid)) };
  return {
    ...runOf({
      snapshot,
      policy,
      trigger: ALARM,
      came: someSessions(victims, 9_000_000, () => ({ application: name() })),
    }),
    ...more,
  };
}

function queueOf(pids: readonly number[]): readonly ContestedLock[] {
  const share = (pid: number) => ({ pid, mode: 'ExclusiveLock' });
  return [{ kind: 'tuple', holders: pids.slice(0, 1).map(share), waiters: pids.slice(1).map(share) }];
}

const sizeOf = (result: RunResult) => Buffer.byteLength(JSON.stringify(result));
const identities = (
  those: readonly { readonly pid: number | null; readonly backendStart: string | null }[],
) => those.map(({ pid, backendStart }) => `${pid} ${backendStart}`);

describe('a record is never above 240 KB, and each victim is in it', () => {
  test.each<[string, Hostile]>([
    [
      '400 victims whose statements are characters of four bytes',
      { victims: 400, name: () => 'shop', statement: () => wide(1_024) },
    ],
    [
      '1,000 victims with three names of their own',
      { victims: 1_000, name: () => ascii(63), statement: () => 'SELECT ?' },
    ],
    [
      '5,000 victims with names of 63 random bytes everywhere, and the longest statements',
      { victims: 5_000, name: () => ascii(63), statement: () => wide(1_024) },
    ],
    [
      '1,500 victims whose names are control characters',
      {
        victims: 1_500,
        name: () => many(63, () => String.fromCharCode(1 + random(31))),
        statement: () => '',
      },
    ],
  ])('%s', (_, hostile) => {
    const record = hostileRun(hostile);
    expect(record.attempts).toHaveLength(hostile.victims);
    const result = packRecord(record);
    expect(sizeOf(result)).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    const found = unpackRecord(JSON.parse(JSON.stringify(result)));
    expect(found.attempts).toEqual(record.attempts);
    expect(identities(found.plan?.victims.map(({ session }) => session) ?? [])).toEqual(
      identities(record.plan?.victims.map(({ session }) => session) ?? []),
    );
    expect(result.reduced).toEqual(REDUCTION_NAMES.filter((name) => result.reduced.includes(name)));
    expect(parseRecord(JSON.parse(JSON.stringify({ ...found, reduced: result.reduced }))).attempts).toEqual(
      record.attempts,
    );
    expect(fullTextOf(found, result.reduced)).toContain(`${hostile.victims} sessions`);
  });

  test('with the names that most of its sessions have, for as many as go in', () => {
    let at = 0;
    const record = hostileRun({
      victims: 5_000,
      // Every other session belongs to one of ten programs.
      name: () => (Math.floor(at++ / 3) % 2 === 0 ? `program ${random(10)}` : ascii(63)),
      statement: () => wide(1_024),
    });
    const result = packRecord(record);
    expect(result.reduced.at(-1)).toBe('names');
    expect(sizeOf(result)).toBeGreaterThan(MAX_RECORD_BYTES * 0.6);
    const names = unpackRecord(result).snapshot?.sessions.map(({ application }) => application) ?? [];
    expect(names.filter((name) => name.startsWith('program ')).length).toBeGreaterThan(2_000);
    expect(names).toContain(OMITTED_NAME);
  });

  test('of a run that was blind and may end no session', () => {
    const { snapshot } = hostileRun({ victims: 2_500, name: () => ascii(63), statement: () => '' });
    const blind = runOf({ snapshot: snapshot ?? snapshotOf([]), policy: aPolicy({ mode: 'enforce' }) });
    const result = packRecord({ ...blind, outcome: 'blind', plan: null, attempts: [], readings: [] });
    expect(sizeOf(result)).toBeLessThanOrEqual(MAX_RECORD_BYTES);
  });

  test('whatever the event says', () => {
    const record = runOf({ snapshot: snapshotOf([]), policy: aPolicy({ mode: 'enforce' }) });
    const trigger = { ...ALARM, contributor: ascii(900_000), reason: wide(100_000) } as typeof ALARM;
    const result = packRecord({ ...record, trigger });
    expect(sizeOf(result)).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    expect(result.reduced).toContain('long texts');
  });
});

test('statements of victims are shortened to 20,000 bytes together before any spared session goes', () => {
  const record = hostileRun({ victims: 400, name: () => 'shop', statement: () => wide(1_024) });
  const result = packRecord(record);
  expect(result.reduced).toEqual(['statements']);
  const { plan, snapshot } = unpackRecord(result);
  expect(snapshot?.sessions).toHaveLength(record.snapshot?.sessions.length ?? 0);
  const statements = plan?.victims.map(({ session }) => session.lastStatement ?? '') ?? [];
  expect(statements.every((text) => /^[\u{20000}-\u{2ffff}]+…$/u.test(text))).toBe(true);
  expect(statements.reduce((sum, text) => sum + Buffer.byteLength(text), 0)).toBeLessThan(22_000);
});

test('of 20,000 roles with a CONNECTION LIMIT only those with sessions travel', () => {
  const roles = Array.from({ length: 20_000 }, (_, at) => ({ name: `tenant ${at} ${ascii(40)}`, limit: 5 }));
  const used = { name: 'app', limit: 90 };
  const databases = [...roles, { name: 'orders', limit: 80 }];
  const record = runOf({ snapshot: snapshotOf([aSession()], { roles: [...roles, used], databases }) });
  const result = packRecord(record);
  expect(result.reduced).toEqual([]);
  expect(sizeOf(result)).toBeLessThan(5_000);
  expect(unpackRecord(result).snapshot?.slots).toMatchObject({
    roles: [used],
    databases: [{ name: 'orders', limit: 80 }],
  });
});

test('a lock queue of 2,000 comes back as it was, in some kilobytes', () => {
  const sessions = someSessions(2_001, 1_000);
  const locks = queueOf(sessions.map(({ pid }) => pid ?? 0));
  const record = runOf({ snapshot: { ...snapshotOf(sessions, { max: 2_100 }), locks } });
  const result = packRecord(record);
  expect(unpackRecord(result).snapshot?.locks).toEqual(locks);
  expect(
    sizeOf(result) - sizeOf(packRecord({ ...record, snapshot: snapshotOf(sessions, { max: 2_100 }) })),
  ).toBeLessThan(15_000);
});
