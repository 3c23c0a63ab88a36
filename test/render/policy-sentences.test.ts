import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import { policySentences } from '../../functions/render/terminal/policy-sentences.ts';

const said = (policy: object) => policySentences(parsePolicy(policy)).replaceAll(/\s+/g, ' ');

describe('a policy in sentences', () => {
  test('says what the defaults do', () => {
    const text = said({});
    for (const sentence of [
      'This policy observes: a run says what it would end, and ends no session.',
      'There is pressure when 95 % or more of the usable slots are taken.',
      'Then a run takes sessions until at most 80 % are taken, and not one more.',
      '1. sessions in state "idle" for 1h or longer 2. sessions in state "idle" for 10m or longer',
      'Without pressure, no session ends.',
      'A run ends at most 500 sessions, and at most 50 % of all client sessions.',
      'It may take sessions of every role, database, application and address.',
      'It spares: - backups, dumps',
      '- holders of advisory locks. Whatever a policy says, these stay: active sessions;',
    ])
      expect(text).toContain(sentence);
  });

  test.each([
    [{ mode: 'off' }, 'This policy is off: a run does nothing.'],
    [{ mode: 'enforce' }, 'This policy enforces: a run ends sessions.'],
    [
      { relieve: { when: { freeSlots: 10 }, until: { freeSlots: 30 } } },
      'pressure when fewer than 10 slots are free. Then a run takes sessions until at least 30 slots are free',
    ],
    [{ relieve: { ladder: [] } }, 'Its ladder is empty, so no session ends under pressure.'],
    [{ reap: { minAge: '8h' } }, 'also ends sessions in state "idle" for 8h or longer, without pressure.'],
    [
      {
        reap: [
          { minAge: '8h', applications: ['DBeaver*', 'psql'] },
          { minAge: '10m', connectionAge: '1d' },
        ],
      },
      '- sessions in state "idle" for 8h or longer, of applications "DBeaver*" and "psql" - sessions in state "idle" for 10m or longer, connected for 1d or longer',
    ],
    [
      { reap: { state: 'idle in transaction', minAge: '15m', onlyIf: ['blocks', 'holdsBackVacuum'] } },
      'sessions in state "idle in transaction" for 15m or longer, only if they block another session or hold back vacuum, without pressure.',
    ],
    [
      { relieve: { ladder: [{ state: 'idle', minAge: '5m', users: ['batch'], addresses: ['local'] }] } },
      '1. sessions in state "idle" for 5m or longer, of users "batch" and addresses "local"',
    ],
    [
      { protect: { youngerThan: [{ age: '60m', applications: ['etl-*'] }] } },
      '- until 1h in their state: applications "etl-*";',
    ],
    [
      { protect: { between: [{ from: '02:00', to: '04:00', zone: 'Europe/Berlin' }] } },
      '- between 02:00 and 04:00 (Europe/Berlin): all sessions;',
    ],
    [{ limits: { maxVictims: 0 } }, 'Its limits are 0, so a run ends no session.'],
    [{ limits: { keepPerGroup: 0 } }, 'It may end all sessions of a program.'],
    [{ include: { users: ['a', 'b', 'c', 'd'] } }, 'all of these: users "a", "b", "c" and "d".'],
    [{ include: { databases: [] } }, 'databases none, so that it takes no session at all.'],
    [{ protect: { applications: ['bi-*', '(none)'] } }, '- applications: "bi-*" and "(none)";'],
    [
      { protect: { builtinApplications: false, listeners: false, advisoryLocks: false } },
      'It spares: - nothing of its own choice.',
    ],
  ])('%j', (policy, sentence) => {
    expect(said(policy)).toContain(sentence);
  });
});
