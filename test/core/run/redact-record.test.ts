import { describe, expect, test } from 'vitest';
import { parseRecord } from '../../../functions/core/run/codec/parse-record.ts';
import type { KeptRecord } from '../../../functions/core/run/kept-record.ts';
import { FORGOTTEN, redactRecord } from '../../../functions/core/run/redact-record.ts';
import { nameMatcher } from '../../../functions/core/server/name-pattern.ts';
import { OWN_APPLICATION } from '../../../functions/core/server/session.ts';
import { INCIDENTS } from '../../support/incidents.ts';

const asKept = (record: object): KeptRecord => JSON.parse(JSON.stringify({ ...record, reduced: [] }));
const forget = (record: KeptRecord, program: string) => redactRecord(record, nameMatcher([program]));

/** `postgres` is a database too, and names of databases stay. */
const CASES = Object.entries(INCIDENTS).flatMap(([name, make]) => {
  const record = asKept(make());
  const programs = new Set(
    (record.snapshot?.sessions ?? []).flatMap(({ application, user }) => [application, user ?? '']),
  );
  return [...programs]

    .filter((program) => program.length > 3 && ![OWN_APPLICATION, 'postgres'].includes(program))

    .map((program) => [name, program, record] as const);
});

describe('a record without a program', () => {
  test.each(CASES)('%s: %s is nowhere in it, and all else is', (_, program, record) => {
    const { record: redacted, isNamed } = forget(record, program);
    expect(isNamed).toBe(true);
    const { policy: _policy, ...facts } = redacted as KeptRecord;
    const named = new RegExp(`(?<![\\w-])${program}(?![\\w-])`);
    expect(JSON.stringify(facts)).not.toMatch(named);
    const kept = parseRecord(JSON.parse(JSON.stringify(redacted)));
    expect(kept.snapshot?.sessions).toHaveLength(record.snapshot?.sessions.length ?? 0);
    expect(kept.attempts).toEqual(record.attempts);
  });

  const RECOVERED = asKept(INCIDENTS.recovered());

  test('has its sessions, without names, address and statement', () => {
    const { record, names, hasOthers } = forget(RECOVERED, 'billing-worker');
    const sessions = (record as KeptRecord).snapshot?.sessions ?? [];
    const without = sessions.filter(({ application }) => application === FORGOTTEN);
    expect(without.length).toBeGreaterThan(10);
    for (const { user, address, lastStatement } of without)
      expect({ user, address, lastStatement }).toEqual({ user: FORGOTTEN, address: '', lastStatement: null });
    expect([...names]).toContain('billing');
    expect(hasOthers).toBe(true);
  });

  test('keeps a role that other programs share, and a longer name', () => {
    const sessions = RECOVERED.snapshot?.sessions ?? [];
    const shared = {
      ...RECOVERED,
      why: 'app and app_admin of role billing',
      snapshot: {
        ...RECOVERED.snapshot,
        sessions: sessions.map((each, at) => ({
          ...each,
          ...(at === 0 && { application: 'app', user: 'billing', address: '10.9.9.9' }),
        })),
      },
    } as KeptRecord;
    const { record } = forget(shared, 'app');
    expect((record as KeptRecord).why).toBe(`${FORGOTTEN} and app_admin of role billing`);
    expect(JSON.stringify(record)).not.toContain('10.9.9.9');
    expect(JSON.stringify(record)).toContain('billing-worker');
  });

  test('is not named where only a word of the schema is like it', () => {
    for (const word of ['idle', 'active', 'server', 'terminated', 'too-young', 'limit'])
      expect(forget(RECOVERED, word)).toMatchObject({ isNamed: false, record: RECOVERED });
  });

  test('parses still where a program is called like a word of the schema', () => {
    const sessions = RECOVERED.snapshot?.sessions.map((each) => ({
      ...each,
      application: 'limit',
      user: 'idle',
    }));
    const record = { ...RECOVERED, snapshot: { ...RECOVERED.snapshot, sessions } } as KeptRecord;
    expect(() => parseRecord(JSON.parse(JSON.stringify(forget(record, 'limit').record)))).not.toThrow();
  });

  test('names nothing else where all clients are its own', () => {
    expect(forget(RECOVERED, '*')).toMatchObject({ isNamed: true, hasOthers: false });
  });
});
