import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { builtinLists } from '../../../functions/core/server/builtin-lists.ts';
import { isNamedAsPooler } from '../../../functions/core/server/pooler-names.ts';
import { namedPoolerTexts } from '../../../functions/render/message/named-poolers.ts';
import { aSession } from '../../support/builders.ts';
import { check, idleFor, many, pids, planOf, rows, type Scenario } from './scenario.ts';

const POOLED = many(20, '1 app@shop Supavisor 10.0.3.7 idle 9999');
const API = many(20, '101 app@shop api 10.0.9.9 idle 900');
const freeing = (free: number) =>
  ({
    relieve: {
      when: { freeSlots: 1 },
      until: { freeSlots: free },
      ladder: [{ state: 'idle', minAge: '10s' }],
    },
  }) as const;

const SCENARIOS: readonly Scenario[] = [
  {
    id: 'D4a',
    what: 'a pooler known by name goes last in a rung, however long its sessions rest',
    sessions: [...POOLED, ...API],
    policy: freeing(10),
    expected: { victims: pids(101, 110), verdict: 'sufficient' },
  },
  {
    id: 'D4a',
    what: 'it is not spared: where others are not enough, its sessions go',
    sessions: [...POOLED, ...API],
    policy: freeing(25),
    expected: { victims: [...pids(101, 120), ...pids(1, 5)], verdict: 'sufficient' },
  },
  {
    id: 'D4a',
    what: 'it goes before the next rung',
    sessions: [
      ...many(2, '1 app@shop PgDog 10.0.3.7 idle 9999'),
      ...many(2, '101 app@shop api 10.0.9.9 idle 30'),
    ],
    policy: {
      relieve: {
        when: { freeSlots: 1 },
        until: { freeSlots: 3 },
        ladder: [
          { state: 'idle', minAge: '60s' },
          { state: 'idle', minAge: '10s' },
        ],
      },
    },
    expected: { victims: [1, 2, 101], rungs: { 1: 1, 2: 1, 101: 2 } },
  },
  {
    id: 'D4a',
    what: 'it goes last also where its sessions serve two limits and others one',
    sessions: [
      ...many(3, '1 lim@shop pgcat 10.0.3.7 idle 9999'),
      ...many(3, '101 lim@other api 10.0.9.9 idle 900'),
      ...many(3, '201 app@shop web 10.0.9.9 idle 900'),
    ],
    policy: freeing(3),
    slots: {
      max: 100,
      roles: [{ name: 'lim', limit: 6 }],
      databases: [{ name: 'shop', limit: 6 }],
    },
    expected: { victims: [101, 102, 103, 201, 202, 203] },
  },
  {
    id: 'D4a',
    what: 'a role of a pooler says the same as a name',
    sessions: [
      ...many(5, '1 cnpg_pooler_pgbouncer@shop - 10.0.3.7 idle 9999'),
      ...many(2, '101 app@shop api 10.0.9.9 idle 900'),
    ],
    policy: freeing(3),
    expected: { victims: [101, 102, 1] },
  },
];

test.each(rows(SCENARIOS))('%s', (_, scenario) => check(scenario));

test('reaping takes it last as well', () => {
  const [sessions, slots] = [[...POOLED, ...API], { max: 1_000 }];
  const policy = { ...idleFor('10s'), reap: { minAge: '60s' }, limits: { maxVictims: 15 } };
  const plan = planOf({
    id: '',
    what: '',
    sessions,
    slots,
    policy,
    trigger: 'schedule',
    expected: { victims: [] },
  });
  expect(plan.victims.map(({ session }) => session.application)).toEqual(Array(15).fill('api'));
});

describe('Names of poolers', () => {
  test.each(['Supavisor', 'pgcat', 'odyssey', 'Odyssey 1.4', 'PgDog', 'pgagroal'])(
    '%s is one',
    (application) => {
      expect(isNamedAsPooler(aSession({ application }))).toBe(true);
    },
  );

  test.each(['', 'api', 'my-pgcat', 'SUPAVISOR', 'pgdash'])('"%s" is none', (application) => {
    expect(isNamedAsPooler(aSession({ application }))).toBe(false);
  });

  test('the message says how many go, and which key spares them', () => {
    const ending = [...POOLED.slice(0, 3), ...API];
    expect(namedPoolerTexts(ending, false)).toEqual([
      '3 of these have the name of a pooler (Supavisor) and were ended last in their step. A name does not protect a session. To protect the pooler, add its addresses to protect.poolers in the policy (10.0.3.7).',
    ]);
    expect(namedPoolerTexts(API, false)).toEqual([]);
  });

  test('the documents have the same lists as the code', () => {
    const document = readFileSync(new URL('../../../docs/guide/policy.md', import.meta.url), 'utf8');
    expect(document).toContain(`\n\`\`\`text\n${builtinLists()}\n\`\`\`\n`);
  });
});
