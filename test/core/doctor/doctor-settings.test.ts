import { describe, expect, test } from 'vitest';
import type { CheckName } from '../../../functions/core/doctor/doctor-finding.ts';
import { someSessions } from '../../support/builders.ts';
import { findingsOf, notedBy, said, type Written } from '../../support/doctor-facts.ts';

type Case = readonly [what: string, check: CheckName, written: Written, expected: readonly string[]];

const RELOAD = 'SELECT pg_catalog.pg_reload_conf();';

describe('The server', () => {
  const off = (role: string | null, database: string | null): Written => ({
    overrides: [{ setting: 'track_activities', value: 'off', role, database }],
  });
  const connection = { database: 'postgres', crossesNetwork: true, tls: null };

  test.each<Case>([
    [
      'does not show what sessions do',
      'activity',
      { settings: { track_activities: 'off' } },
      ['problem', 'ALTER SYSTEM SET track_activities = on;', RELOAD],
    ],
    [
      'does not for one role',
      'activity',
      off('app', null),
      ['problem', 'ALTER ROLE "app" RESET track_activities;'],
    ],
    [
      'does not for one role in one database',
      'activity',
      off('app', 'shop'),
      ['problem', 'ALTER ROLE "app" IN DATABASE "shop" RESET track_activities;'],
    ],
    [
      'does not for one database',
      'activity',
      off(null, 'shop'),
      ['problem', 'ALTER DATABASE "shop" RESET track_activities;'],
    ],
    ['is reached in the clear', 'tls', { connection }, ['advice']],
    [
      'is reached on its own machine',
      'tls',
      { connection: { ...connection, crossesNetwork: false } },
      ['ok'],
    ],
    ['is the newest that we know', 'server', { version: '19rc1 (Debian 19~rc1-1)' }, ['ok']],
    ['is newer than we know', 'server', { version: '20beta1' }, ['advice']],
  ])('%s (%s)', (_, check, written, expected) => {
    expect(said(written, check)).toEqual([expected]);
  });
});

describe('The log', () => {
  const prefix = (text: string): Written => ({ settings: { log_line_prefix: text } });

  test.each<Case>([
    [
      'hides refusals by its level',
      'log-hidden',
      { settings: { log_min_messages: 'panic' } },
      ['problem', 'ALTER SYSTEM SET log_min_messages = warning;', RELOAD],
    ],
    ...[
      ['warning, backend:panic', 'warning, backend:warning'],
      ['backend:panic,warning', 'backend:warning, warning'],
      [' WARNING , Backend : PANIC ', 'WARNING, backend:warning'],
      ['panic, checkpointer:debug1', 'warning, checkpointer:debug1'],
    ].map(
      ([level = '', better]): Case => [
        `hides refusals by a level for the processes of clients: ${level}`,
        'log-hidden',
        { settings: { log_min_messages: level } },
        ['problem', `ALTER SYSTEM SET log_min_messages = '${better}';`, RELOAD],
      ],
    ),
    [
      'goes nowhere',
      'log-hidden',
      { settings: { log_destination: '' } },
      ['problem', "ALTER SYSTEM SET log_destination = 'stderr';", RELOAD],
    ],
    [
      'is German',
      'log-language',
      { settings: { lc_messages: 'de_DE.UTF-8' } },
      ['problem', "ALTER SYSTEM SET lc_messages = 'C';", RELOAD],
    ],
    [
      'lacks the SQLSTATE, which goes before %q',
      'log-sqlstate',
      prefix('%m [%p] %q%u@%d '),
      ['advice', "ALTER SYSTEM SET log_line_prefix = '%m [%p] %e %q%u@%d ';", RELOAD],
    ],
    [
      'has a percent sign and an e, which is not it',
      'log-sqlstate',
      prefix("%m%%e '"),
      ['advice', "ALTER SYSTEM SET log_line_prefix = '%m%%e '' %e ';", RELOAD],
    ],
    [
      'has it in a prefix that is not read, and another one is advised',
      'log-sqlstate',
      prefix('%m ~%e~ %u&%d '),
      ['advice', "ALTER SYSTEM SET log_line_prefix = '%m [%p] %e %q%u@%d ';", RELOAD],
    ],
    [
      'would not be read with it, and another prefix is advised',
      'log-sqlstate',
      prefix('%p-%s-%c-%l-%h-%u-%d-%m '),
      ['advice', "ALTER SYSTEM SET log_line_prefix = '%m [%p] %e %q%u@%d ';", RELOAD],
    ],
    ['has it with a width', 'log-sqlstate', prefix('%-10e'), ['ok']],
    [
      'has it as a field',
      'log-sqlstate',
      { settings: { log_line_prefix: '', log_destination: 'csvlog, jsonlog' } },
      ['ok'],
    ],
    [
      'may have no other prefix on RDS 15',
      'log-sqlstate',
      { ...prefix('%t:'), provider: 'rds', version: '15.8' },
      ['ok'],
    ],
  ])('%s (%s)', (_, check, written, expected) => {
    expect(said(written, check)).toEqual([expected]);
  });

  test.each(['panic, backend:fatal', 'backend:error, panic', 'warning, walsender:panic', 'fatal'])(
    'shows refusals at %s',
    (level) => {
      expect(said({ settings: { log_min_messages: level } }, 'log-hidden')).toEqual([]);
    },
  );

  test('takes on RDS the one prefix with a SQLSTATE that is allowed there', () => {
    expect(notedBy({ ...prefix('%t:'), provider: 'aurora' }, 'log-sqlstate')).toEqual([
      "In the cluster's or the instance's parameter group: log_line_prefix = %m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a (dynamic, takes effect at once).",
    ]);
  });

  test.each(['', 'C', 'POSIX', 'C.UTF-8', 'en_GB.UTF-8', 'English_United States.1252'])(
    'is English with lc_messages %j',
    (language) => {
      expect(said({ settings: { lc_messages: language } }, 'log-language')).toEqual([]);
    },
  );
});

describe('Timeouts', () => {
  const IDLE_IN_TRANSACTION = 'idle_in_transaction_session_timeout';
  const apps = [
    ...someSessions(3, 100, { user: 'app' }),
    ...someSessions(2, 200, { user: 'web' }),
    ...someSessions(4, 300, { user: 'root', superuser: true }),
  ];
  const off: Written = { settings: { [IDLE_IN_TRANSACTION]: '0' }, snapshot: { sessions: apps } };
  const people: Written = {
    snapshot: {
      sessions: [
        ...apps,
        ...someSessions(1, 400, { user: 'alice', application: 'psql' }),
        ...someSessions(1, 401, { user: 'bob', application: 'DBeaver 24.1.0 - Main' }),
        ...someSessions(1, 402, { user: 'app', application: 'psql' }),
      ],
    },
  };
  const forRole = (role: string) => `ALTER ROLE "${role}" SET ${IDLE_IN_TRANSACTION} = '5min';`;

  test.each<Case>([
    [
      'of keepalives are the system’s two hours',
      'keepalives',
      { settings: { tcp_keepalives_idle: '0', tcp_keepalives_interval: '0', tcp_keepalives_count: '0' } },
      [
        'advice',
        "ALTER SYSTEM SET tcp_keepalives_idle = '60s';",
        "ALTER SYSTEM SET tcp_keepalives_interval = '10s';",
        'ALTER SYSTEM SET tcp_keepalives_count = 6;',
        RELOAD,
      ],
    ],
    [
      'of keepalives together reach five minutes',
      'keepalives',
      { settings: { tcp_keepalives_idle: '240' } },
      ['ok'],
    ],
    [
      'let clients log in for a minute',
      'login-timeout',
      { settings: { authentication_timeout: '60' } },
      ['advice', "ALTER SYSTEM SET authentication_timeout = '20s';", RELOAD],
    ],
    [
      'let statements outlive their client',
      'lost-clients',
      { settings: { client_connection_check_interval: '0' } },
      ['advice', "ALTER SYSTEM SET client_connection_check_interval = '10s';", RELOAD],
    ],
    [
      'lack for transactions of ordinary roles, largest first',
      'idle-in-transaction',
      off,
      ['advice', forRole('app'), forRole('web')],
    ],
    [
      'lack for one role, the other has its own',
      'idle-in-transaction',
      {
        ...off,
        overrides: [{ setting: IDLE_IN_TRANSACTION, value: '60000', role: 'app', database: null }],
      },
      ['advice', forRole('web')],
    ],
    ['are nobody’s on an empty server', 'idle-in-transaction', { settings: off.settings ?? {} }, ['ok']],
    ['for idle sessions are not for pools', 'idle-sessions', { snapshot: { sessions: apps } }, ['ok']],
    [
      'for idle sessions are for people',
      'idle-sessions',
      people,
      [
        'advice',
        `ALTER ROLE "alice" SET idle_session_timeout = '1h';`,
        `ALTER ROLE "bob" SET idle_session_timeout = '1h';`,
      ],
    ],
    [
      'for idle sessions are set for all',
      'idle-sessions',
      { settings: { idle_session_timeout: '60000' } },
      ['ok'],
    ],
  ])('%s (%s)', (_, check, written, expected) => {
    expect(said(written, check)).toEqual([expected]);
  });

  test('are printed for three roles, and named for the others', () => {
    const sessions = ['a', 'b', 'c', 'd', 'e'].flatMap((user, at) => someSessions(1, 500 + at, { user }));
    const [finding] = findingsOf(
      { settings: off.settings ?? {}, snapshot: { sessions } },
      'idle-in-transaction',
    );
    expect(finding?.mend?.sql).toHaveLength(3);
    expect(finding?.mend?.note).toMatch(/Do the same for the other roles\.$/);
    expect(finding?.found).toContain('a, b, c and 2 more');
  });
});

describe('A timeout that is set where we come in', () => {
  const overridden = (role: string | null, database: string | null) => ({
    settings: { idle_session_timeout: '10000' },
    overrides: [{ setting: 'idle_session_timeout', value: '10s', role, database }],
  });

  test.each([
    ['our role', 'headroom', null, 'Not looked at: idle_session_timeout is set for our own role'],
    ['our database', null, 'postgres', 'Not looked at: idle_session_timeout is set for this database'],
    ['another role', 'app', null, 'Idle sessions end after 10 s'],
    ['another database', null, 'shop', 'Idle sessions end after 10 s'],
    ['everybody', null, null, 'Idle sessions end after 10 s'],
  ])('for %s', (_, role, database, says) => {
    const [finding] = findingsOf(overridden(role, database), 'idle-sessions');
    expect(finding?.found.startsWith(says)).toBe(true);
  });
});
