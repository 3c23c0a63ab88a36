import { describe, expect, test } from 'vitest';
import { NOTHING_REMEMBERED } from '../../../functions/core/incident/memory.ts';
import { memoryDocument, parseMemory } from '../../../functions/core/incident/memory-document.ts';
import { parseHead } from '../../../functions/core/run/codec/parse-head.ts';
import { keptByOldRule } from '../../../functions/core/run/kept-before.ts';
import { headOf } from '../../../functions/core/run/run-head.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import { aPolicy, aSession, aSnapshot, HOUR } from '../../support/builders.ts';
import { runOf } from '../../support/records.ts';

const idle = (count: number, fields: (at: number) => Partial<Session>): readonly Session[] =>
  Array.from({ length: count }, (_, at) => aSession({ stateAgeMs: (at + 2) * HOUR, ...fields(at) }));

/** A run that wants every slot back. */
function runWith(sessions: readonly Session[], keepPerGroup = 1) {
  const policy = aPolicy({
    mode: 'enforce',
    relieve: { when: { freeSlots: 1 }, until: { freeSlots: sessions.length } },
    limits: { keepPerGroup, maxPercent: 100, maxVictims: 5_000 },
  });
  const numbered = sessions.map((session, at) => ({ ...session, pid: at + 1 }));
  const slots = { max: sessions.length, superuserReserved: 0 };
  return runOf({ snapshot: aSnapshot({ sessions: numbered, slots }), policy });
}

const PODS = idle(80, (at) => ({ application: `etl-job-7f9c6b5d4-x2x${'bcdfg'[at % 5]}p ${at}` }));
const TENANTS = idle(94, (at) => ({ application: 'saas', database: `tenant_${at}` }));

describe('The sessions that the keep of before would have kept', () => {
  test.each([
    ['a pod with a name of its own', PODS, 1, 79],
    ["a tenant's database", TENANTS, 1, 93],
    ['none of one name and one database', idle(10, () => ({ application: 'web' })), 1, 0],
    [
      'two of each of four names of one program',
      idle(20, (at) => ({ application: `web [${at % 4} busy]` })),
      2,
      6,
    ],
    ['nobody without a keep', PODS, 0, 0],
  ])('%s', (_, sessions, keep, kept) => {
    expect(keptByOldRule(runWith(sessions, keep))).toHaveLength(kept);
  });

  test('are those that its group loses last, beside sessions that stay for another reason', () => {
    const sessions = ['a', 'b'].flatMap((database) => [
      ...idle(2, () => ({ application: 'api', database })),
      aSession({ application: 'api', database, state: 'active' }),
    ]);
    expect(keptByOldRule(runWith(sessions))).toEqual([]);
  });

  test('is none in a run that did not plan', () => {
    expect(keptByOldRule({ ...runWith(PODS), plan: null })).toEqual([]);
  });

  test("stand in the run's head, which arrives whole; one of before has none", () => {
    const head = headOf(runWith(TENANTS));
    const group = { application: 'saas', user: 'app', database: '*' };
    expect(head.keptBefore).toMatchObject({ count: 93, chosen: 93, groups: [{ count: 93 }] });
    expect(head.keptBefore?.groups[0]?.group).toMatchObject({
      application: group.application,
      database: '*',
    });
    expect(parseHead(JSON.parse(JSON.stringify(head)))?.keptBefore).toEqual(head.keptBefore);
    const { keptBefore: _, ...before } = head;
    expect(parseHead(JSON.parse(JSON.stringify(before)))?.keptBefore).toBeUndefined();
  });
});

test('an item from before the note about keepPerGroup is read, and one that has the note keeps it', () => {
  const place = { server: 'orders', table: 'memory' };
  const told = { ...NOTHING_REMEMBERED, version: 2, keepToldBy: 'run-1' };
  expect(parseMemory(place, 2, memoryDocument(told))).toEqual(told);
  const before = { ...NOTHING_REMEMBERED, version: 2 };
  expect(memoryDocument(before)).not.toContain('keepToldBy');
  expect(parseMemory(place, 2, memoryDocument(before)).keepToldBy).toBeUndefined();
});
