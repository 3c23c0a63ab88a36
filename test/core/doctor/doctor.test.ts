import { describe, expect, test } from 'vitest';
import { examineServer } from '../../../functions/core/doctor/doctor.ts';
import type { DoctorFacts, Membership } from '../../../functions/core/doctor/doctor-facts.ts';
import type { CheckName } from '../../../functions/core/doctor/doctor-finding.ts';
import { poolerAnswers } from '../../../functions/core/doctor/doctor-server.ts';
import { someSessions } from '../../support/builders.ts';
import { notedBy, said, someFacts, type Written } from '../../support/doctor-facts.ts';

const DAY_MS = 86_400_000;

type Case = readonly [what: string, check: CheckName, written: Written, expected: readonly string[]];

test('a server on which all is well has nothing but good findings, one for each check', () => {
  const findings = examineServer(someFacts());
  expect(findings.filter(({ standing }) => standing !== 'ok')).toEqual([]);
  const checks = findings.map(({ check }) => check);
  expect(new Set(checks).size).toBe(checks.length);
  expect(checks).toHaveLength(19);
});

describe('On a read replica', () => {
  const facts = someFacts({
    role: { connectionLimit: null },
    grants: { pg_signal_backend: 'missing' },
    settings: { track_activities: 'off', idle_in_transaction_session_timeout: '0' },
    snapshot: { sessions: someSessions(4, 100, { user: 'app' }) },
  });
  const mendsOf = (isReplica: boolean) =>
    new Map(examineServer({ ...facts, isReplica }).map(({ check, mend }) => [check, mend]));

  test('what our role lacks is said to be given on the primary', () => {
    for (const check of ['terminate', 'connection-limit'] as const) {
      expect(mendsOf(true).get(check)?.sql).toEqual(mendsOf(false).get(check)?.sql);
      expect(mendsOf(true).get(check)?.note).toMatch(/^Change this on the primary: /);
      expect(mendsOf(false).get(check)?.note ?? '').not.toContain('primary');
    }
  });

  test("the server's own settings are its own", () => {
    expect(mendsOf(true).get('activity')).toEqual(mendsOf(false).get('activity'));
  });

  test('no setting is chosen for roles by the sessions that are here', () => {
    expect(mendsOf(false).get('idle-in-transaction')?.sql).toHaveLength(1);
    expect(mendsOf(true).get('idle-in-transaction')?.sql).toEqual([]);
    expect(mendsOf(true).get('idle-in-transaction')?.note).toMatch(/^Change this on the primary: /);
  });
});

test('a pooler in the server’s place is a problem by itself', () => {
  expect(poolerAnswers()).toMatchObject({ check: 'direct', standing: 'problem' });
});

describe('Our role', () => {
  const granted = (grant: Membership, version = '18.4'): Written => ({
    grants: { pg_signal_backend: grant },
    version,
  });
  const SUPERUSER: Written = { role: { attributes: ['SUPERUSER', 'REPLICATION'] } };
  const LIMIT_5 = 'ALTER ROLE "headroom" CONNECTION LIMIT 5;';
  const FOR_EVER = `ALTER ROLE "headroom" VALID UNTIL 'infinity';`;

  test.each<Case>([
    [
      'lacks pg_signal_backend',
      'terminate',
      granted('missing'),
      ['problem', 'GRANT pg_signal_backend TO "headroom";'],
    ],
    [
      'does not inherit from it',
      'terminate',
      granted('not-inherited'),
      ['problem', 'GRANT pg_signal_backend TO "headroom" WITH INHERIT TRUE;'],
    ],
    [
      'does not inherit at all, before 16',
      'terminate',
      granted('not-inherited', '15.8'),
      ['problem', 'ALTER ROLE "headroom" INHERIT;'],
    ],
    [
      'may not call the functions',
      'terminate',
      { role: { notCallable: ['pg_terminate_backend(integer, bigint)', 'pg_stat_clear_snapshot()'] } },
      [
        'problem',
        'GRANT EXECUTE ON FUNCTION pg_catalog.pg_terminate_backend(integer, bigint) TO "headroom";',
        'GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_clear_snapshot() TO "headroom";',
      ],
    ],
    [
      'is blind, and has a difficult name',
      'visibility',
      { grants: { pg_read_all_stats: 'missing' }, role: { name: 'On "call"' } },
      ['problem', 'GRANT pg_read_all_stats TO "On ""call""";'],
    ],
    [
      'is a superuser, and more',
      'attributes',
      SUPERUSER,
      [
        'advice',
        'ALTER ROLE "headroom" NOSUPERUSER NOREPLICATION;',
        'GRANT pg_signal_backend, pg_read_all_stats, pg_use_reserved_connections TO "headroom";',
      ],
    ],
    [
      'is a superuser before 16',
      'attributes',
      { ...SUPERUSER, version: '14.23' },
      [
        'advice',
        'ALTER ROLE "headroom" NOSUPERUSER NOREPLICATION;',
        'GRANT pg_signal_backend, pg_read_all_stats TO "headroom";',
      ],
    ],
    [
      'may replicate on RDS',
      'attributes',
      { grants: { rds_replication: 'usable' } },
      ['advice', 'REVOKE rds_replication FROM "headroom";'],
    ],
    ['has no limit', 'connection-limit', { role: { connectionLimit: null } }, ['advice', LIMIT_5]],
    ['has too small a limit', 'connection-limit', { role: { connectionLimit: 4 } }, ['problem', LIMIT_5]],
    ['has a generous limit', 'connection-limit', { role: { connectionLimit: 50 } }, ['advice', LIMIT_5]],
    ['has an expired password', 'password', { role: { passwordLeftMs: -1 } }, ['problem', FOR_EVER]],
    [
      'has one that soon expires',
      'password',
      { role: { passwordLeftMs: 29 * DAY_MS } },
      ['advice', FOR_EVER],
    ],
    ['has one that expires later', 'password', { role: { passwordLeftMs: 30 * DAY_MS } }, ['ok']],
  ])('%s (%s)', (_, check, written, expected) => {
    expect(said(written, check)).toEqual([expected]);
  });

  test('is exempt from its limit as a superuser, so nothing is said of it', () => {
    const written: Written = { role: { attributes: ['SUPERUSER'], connectionLimit: 1 } };
    expect(said(written, 'connection-limit')).toEqual([]);
  });
});

describe('The reserve', () => {
  const RESERVE = 'ALTER SYSTEM SET reserved_connections = 3;';
  const GRANT = 'GRANT pg_use_reserved_connections TO "headroom";';
  const EMPTY: Written = { snapshot: { slots: { reserved: 0 } } };

  test.each<Case>([
    ['is empty', 'reserve', EMPTY, ['problem', RESERVE]],
    [
      'is empty, and not ours either',
      'reserve',
      { ...EMPTY, grants: { pg_use_reserved_connections: 'missing' } },
      ['problem', RESERVE, GRANT],
    ],
    ['is not ours', 'reserve', { grants: { pg_use_reserved_connections: 'missing' } }, ['problem', GRANT]],
    ['is small', 'reserve', { snapshot: { slots: { reserved: 2 } } }, ['advice', RESERVE]],
    ['is none before 16', 'reserve', { version: '14.23' }, ['advice']],
    ['is for superusers', 'reserve', { version: '14.23', role: { attributes: ['SUPERUSER'] } }, ['ok']],
    ['is for rds_superuser', 'reserve', { version: '15.8', grants: { rds_superuser: 'usable' } }, ['ok']],
    [
      'has nothing for superusers',
      'superuser-reserve',
      { snapshot: { slots: { superuserReserved: 0 } } },
      ['advice', 'ALTER SYSTEM SET superuser_reserved_connections = 3;'],
    ],
  ])('%s (%s)', (_, check, written, expected) => {
    expect(said(written, check)).toEqual([expected]);
  });

  test('takes a restart, or a provider’s parameter group, and both are said', () => {
    expect(notedBy(EMPTY, 'reserve')).toEqual(['It takes effect with a restart.']);
    const onRds: Written = { ...EMPTY, provider: 'rds' };
    expect(said(onRds, 'reserve')).toEqual([['problem']]);
    expect(notedBy(onRds, 'reserve')).toEqual([
      "In the instance's parameter group: reserved_connections = 3 (static, takes effect with a reboot).",
    ]);
  });

  const user = (more: Partial<DoctorFacts['reserveUsers'][number]>): Written => ({
    reserveUsers: [{ name: 'app', superuser: false, via: 'app', connectionLimit: null, ...more }],
  });
  const OF_5 = { snapshot: { slots: { reserved: 5 } } };
  const REVOKE = 'REVOKE pg_use_reserved_connections FROM "app";';

  test.each<Case>([
    ['an ordinary role', 'reserve-users', user({}), ['advice', REVOKE]],
    [
      'an ordinary role by its group',
      'reserve-users',
      user({ via: 'ops' }),
      ['advice', 'REVOKE pg_use_reserved_connections FROM "ops";'],
    ],
    ['superusers only', 'reserve-users', user({ superuser: true, via: null }), ['ok']],
    ['the provider’s administrators only', 'reserve-users', user({ via: 'rds_superuser' }), ['ok']],
    ['a role that leaves us three', 'reserve-users', { ...user({ connectionLimit: 2 }), ...OF_5 }, ['ok']],
    [
      'a role that leaves us two',
      'reserve-users',
      { ...user({ connectionLimit: 3 }), ...OF_5 },
      ['advice', REVOKE],
    ],
  ])('is open to %s (%s)', (_, check, written, expected) => {
    expect(said(written, check)).toEqual([expected]);
  });
});

describe('The slots', () => {
  const database = (limit: number): Written => ({
    snapshot: {
      slots: { databases: [{ name: 'postgres', limit }] },
      sessions: someSessions(3, 100, { database: 'postgres' }),
    },
  });

  test.each<Case>([
    ['are all reserved', 'slots', { snapshot: { slots: { max: 6 } } }, ['problem']],
    [
      'are held by superusers',
      'superuser-sessions',
      { snapshot: { sessions: someSessions(10, 100, { superuser: true, user: 'root' }) } },
      ['advice'],
    ],
    [
      'of our database are too few',
      'database-limit',
      database(7),
      ['problem', 'ALTER DATABASE "postgres" CONNECTION LIMIT -1;'],
    ],
    ['of our database are enough', 'database-limit', database(8), ['ok']],
  ])('%s (%s)', (_, check, written, expected) => {
    expect(said(written, check)).toEqual([expected]);
  });

  test('held by a few superusers, or limited in other databases, are no problem', () => {
    const written: Written = {
      snapshot: {
        sessions: someSessions(9, 100, { superuser: true }),
        slots: { databases: [{ name: 'shop', limit: 1 }] },
      },
    };
    expect([said(written, 'superuser-sessions'), said(written, 'database-limit')]).toEqual([[], []]);
  });
});
