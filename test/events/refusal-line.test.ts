import { describe, expect, test } from 'vitest';
import { REFUSAL_PHRASES } from '../../functions/contract.ts';
import type { RefusalKind } from '../../functions/core/base/refusal-kind.ts';
import { refusalIn } from '../support/refusal-in.ts';

/** Everything that servers, poolers and proxies are known to say to a client that they turn away for want of a slot. */
const WORDINGS: readonly (readonly [RefusalKind, string])[] = [
  ['server', 'sorry, too many clients already'],
  ['reserved', 'remaining connection slots are reserved for non-replication superuser connections'],
  [
    'reserved',
    'remaining connection slots are reserved for non-replication superuser and rds_superuser connections',
  ],
  [
    'reserved',
    'remaining connection slots are reserved for non-replication superuser, rds_reserved, and rds_superuser connections',
  ],
  ['reserved', 'remaining connection slots are reserved for roles with the SUPERUSER attribute'],
  [
    'reserved',
    'remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role',
  ],
  [
    'reserved',
    'remaining connection slots are reserved for roles with privileges of the "rds_reserved" role',
  ],
  ['role', 'too many connections for role "app"'],
  ['database', 'too many connections for database "orders"'],
  ['wal-senders', 'number of requested standby connections exceeds max_wal_senders (currently 1)'],
  ['wal-senders', 'number of requested standby connections exceeds "max_wal_senders" (currently 1)'],
  ['server', 'Already too many clients, active/non-active/reserved: 5/508/3'],
  ['server', 'Too many clients already, current: 203, max_connections/reserved: 200/3.'],
  ['server', 'Too many clients already, current/active: 203/41, max_connections/reserved: 200/3.'],
  ['pooler', 'Sorry, too many clients already'],
  ['pooler', 'no more connections allowed (max_client_conn)'],
  ['pooler', 'client connections exceeded (max_db_client_connections)'],
  ['pooler', 'query_wait_timeout'],
  ['pooler', 'server login has been failing, try again later (server_login_retry)'],
  ['pooler', 'The maximum number of client connections to the proxy exceeded 100'],
  ['pooler', 'Rate of connection to proxy exceeded 500'],
  ['pooler', 'The IAM authentication failed because of too many competing requests'],
  ['pooler', 'Timed-out waiting to acquire database connection'],
];

const ON_RDS = '2026-11-21 03:15:20 UTC:10.0.3.17(51234):app@orders:[26661]:';
const ON_RDS_WITH_SQLSTATE =
  '2026-11-21 03:15:20.123 UTC:10.0.3.17(51234):app@orders:[26661]:1:53300:2026-11-21 03:15:20 UTC:12/345:0:6920a1b8.6825:[unknown]';
const PLAIN = '2026-11-21 03:15:20.123 UTC [15634] ';

const NOBODY = { user: null, database: null, address: null };
const APP = { user: 'app', database: 'orders', address: null };
const FULL = 'FATAL:  sorry, too many clients already';

describe('Every wording', () => {
  test.each(WORDINGS)('%s: %s', (kind, said) => {
    for (const line of [
      `${ON_RDS}FATAL:  ${said}`,
      `${ON_RDS_WITH_SQLSTATE}FATAL:  ${said}`,
      `${PLAIN}app@orders FATAL:  ${said}`,
      `${ON_RDS}FATAL:  53300: ${said}`,
      `org.postgresql.util.PSQLException: FATAL: ${said}\n\tat org.postgresql.Driver.connect(Driver.java:263)`,
      JSON.stringify({ level: 50, err: { message: said }, msg: 'cannot connect' }),
      said,
    ])
      expect({ line, kind: refusalIn(line)?.kind }).toEqual({ line, kind });
  });

  test('of a server contains a phrase that the log is filtered by', () => {
    const ofServers = WORDINGS.filter(([kind]) => kind !== 'pooler').map(([, said]) => said);
    const missed = ofServers.filter((said) => !REFUSAL_PHRASES.some((phrase) => said.includes(phrase)));
    expect(missed).toEqual([]);
    expect(REFUSAL_PHRASES.some((phrase) => ON_RDS_WITH_SQLSTATE.includes(phrase))).toBe(true);
  });
});

describe('The client that was refused', () => {
  test.each([
    ['RDS and Aurora', ON_RDS, { user: 'app', database: 'orders', address: '10.0.3.17' }],
    [
      'RDS with the SQLSTATE',
      ON_RDS_WITH_SQLSTATE,
      { user: 'app', database: 'orders', address: '10.0.3.17' },
    ],
    [
      'RDS, over IPv6',
      '2026-11-21 03:15:20 UTC:2600:1f18:0:1::5(51234):app@orders:[1]:',
      { user: 'app', database: 'orders', address: '2600:1f18:0:1::5' },
    ],
    [
      'RDS, by host name',
      '2026-11-21 03:15:20 UTC:ip-10-0-3-17.ec2.internal(51234):app@orders:[1]:',
      { user: 'app', database: 'orders', address: 'ip-10-0-3-17.ec2.internal' },
    ],
    [
      'RDS, by its socket',
      '2026-11-21 03:15:20 UTC:[local]:rdsadmin@rdsadmin:[1]:',
      { user: 'rdsadmin', database: 'rdsadmin', address: 'local' },
    ],
    [
      'RDS, before it said its name',
      '2026-11-21 03:15:20 UTC:10.0.3.17(51234):[unknown]@[unknown]:[1]:',
      { ...NOBODY, address: '10.0.3.17' },
    ],
    ['RDS, nobody', '2026-11-21 03:15:20 UTC::@:[1]:', NOBODY],
    [
      'a user with @',
      '2026-11-21 03:15:20 UTC:10.0.3.17(5):app@tenant@orders:[1]:',
      { user: 'app@tenant', database: 'orders', address: '10.0.3.17' },
    ],
    [
      'a user with colons and brackets',
      '2026-11-21 03:15:20 UTC:10.0.3.17(5):a:[7]:b@orders:[1]:',
      { user: 'a:[7]:b', database: 'orders', address: '10.0.3.17' },
    ],
    [
      'another time zone',
      '2026-11-21 04:15:20 +0330:10.0.3.17(5):app@orders:[1]:',
      { user: 'app', database: 'orders', address: '10.0.3.17' },
    ],
    ['the default of PostgreSQL', PLAIN, NOBODY],
    ["Debian's prefix", `${PLAIN}app@orders `, APP],
    ['the same with the SQLSTATE and the application', `${PLAIN}53300 app@orders/[unknown] `, APP],
    ['a replication client', `${PLAIN}53300 app@[unknown]/[unknown] `, { ...APP, database: null }],
    [
      "pgBadger's prefix",
      '2026-11-21 03:15:20 UTC [15634]: [1-1] user=app,db=orders,app=[unknown],client=10.0.3.17 ',
      { user: 'app', database: 'orders', address: '10.0.3.17' },
    ],
    [
      'GaussDB and openGauss',
      '2026-11-21 03:15:20.123 6920a1b8.10042 orders 140697304617088 [unknown] 0 dn_6001_6002 53300  0 [BACKEND] ',
      { ...NOBODY, database: 'orders' },
    ],
    [
      'openGauss, before it said its name',
      '2026-11-21 03:15:20.123 6920a1b8.1 [unknown] 140697304617088 [unknown] 0 dn_6001 53300 0 [BACKEND] ',
      NOBODY,
    ],
    ['a prefix of another shape', 'orders-db app/orders/10.0.3.17 ', NOBODY],
  ])('%s', (_, prefix, client) => {
    expect(refusalIn(prefix + FULL)).toEqual({ kind: 'server', ...client, figures: null });
  });

  test.each([
    ['role', 'too many connections for role "app"', { ...NOBODY, user: 'app' }],
    ['database', 'too many connections for database "orders"', { ...NOBODY, database: 'orders' }],
    ['role', '{"msg":"too many connections for role \\"app\\""}', { ...NOBODY, user: 'app' }],
  ])('is known by the limit of its %s where nothing else tells: %s', (kind, line, client) => {
    expect(refusalIn(line)).toEqual({ kind, ...client, figures: null });
  });

  test("is known from PgBouncer's own log", () => {
    const line = (who: string) =>
      `2026-11-21 03:47:47.929 UTC [15634] WARNING C-0x55d0c3: ${who}@10.0.3.17:46738 pooler error: no more connections allowed (max_client_conn)`;
    expect(refusalIn(line('orders/app'))).toMatchObject({
      user: 'app',
      database: 'orders',
      address: '10.0.3.17',
    });
    expect(refusalIn(line('(nodb)/(nouser)'))).toMatchObject({ ...NOBODY, address: '10.0.3.17' });
  });
});

describe('Figures', () => {
  test.each([
    [
      'Already too many clients, active/non-active/reserved: 5/508/3',
      { active: 5, 'non-active': 508, reserved: 3 },
    ],
    [
      'Too many clients already, current: 203, max_connections/reserved: 200/3.',
      { current: 203, max_connections: 200, reserved: 3 },
    ],
    [
      'Too many clients already, current/active: 203/41, max_connections/reserved: 200/3.',
      { current: 203, active: 41, max_connections: 200, reserved: 3 },
    ],
    ['sorry, too many clients already { length: 85, line: 327 }', null],
  ])('%s', (said, figures) => {
    expect(refusalIn(`FATAL:  ${said}`)?.figures).toEqual(figures);
  });
});

describe('Other languages are known by the SQLSTATE', () => {
  test.each([
    ['German', 'FATAL:  tut mir leid, schon zu viele Verbindungen'],
    [
      'French, of two lines',
      'FATAL:  les emplacements de connexions restants sont réservés pour les connexions\n\tsuperutilisateur non relatif à la réplication',
    ],
    ['Japanese', 'FATAL:  現在クライアント数が多すぎます'],
    ['Chinese', '致命错误:  对不起, 已经有太多的客户'],
  ])('%s', (_, said) => {
    const unknown = { kind: 'unknown-53300', figures: null };
    expect(refusalIn(`${PLAIN}53300 app@orders/[unbekannt] ${said}`)).toEqual({ ...unknown, ...APP });
    expect(refusalIn(`${ON_RDS_WITH_SQLSTATE}${said}`)).toMatchObject({ ...unknown, user: 'app' });
    expect(refusalIn(`orders-db 53300 ${said}`)).toMatchObject(unknown);
    expect(refusalIn(`${PLAIN}app@orders ${said}`)).toBeNull();
  });

  test('also where log_error_verbosity is verbose and it stands before the words', () => {
    const said = 'FATAL:  53300: tut mir leid, schon zu viele Verbindungen';
    const refused = { kind: 'unknown-53300', user: 'app', database: 'orders' };
    expect(refusalIn(`${ON_RDS}${said}`)).toMatchObject(refused);
    expect(refusalIn(`${PLAIN}app@orders ${said}`)).toMatchObject(refused);
    expect(refusalIn(`orders-db ${said}`)).toMatchObject({ kind: 'unknown-53300', ...NOBODY });
    expect(refusalIn(`${ON_RDS}FATAL:  28P01: Passwort-Authentifizierung fehlgeschlagen`)).toBeNull();
  });

  test.each([
    `error: tut mir leid, schon zu viele Verbindungen\n  code: '53300', severity: 'FATAL'`,
    '{"error":{"severity":"FATAL","code":"53300","message":"désolé, trop de clients sont déjà connectés"}}',
    'failed to connect: server error: 致命错误: 对不起 (SQLSTATE 53300)',
    'Npgsql.PostgresException: SqlState: 53300',
    'DbError { code: SqlState(E53300) }',
  ])('in the log of an application: %s', (line) => {
    expect(refusalIn(line)).toMatchObject({ kind: 'unknown-53300', ...NOBODY });
  });
});

describe('No refusal', () => {
  test.each([
    ['another error', `${ON_RDS}FATAL:  password authentication failed for user "app"`],
    [
      'what follows a refusal without TLS',
      `${ON_RDS}FATAL:  no pg_hba.conf entry for host "10.0.3.17", user "app", database "orders", no encryption`,
    ],
    ['a statement that quotes one', `${ON_RDS}STATEMENT:  SELECT 'sorry, too many clients already'`],
    ['a logged statement', `${PLAIN}app@orders LOG:  statement: SELECT 'sorry, too many clients already'`],
    [
      "another server's, by way of dblink",
      `${ON_RDS}DETAIL:  connection to server at "billing-db" failed: FATAL:  sorry, too many clients already`,
    ],
    [
      "the primary's, told by a standby",
      `${PLAIN}FATAL:  could not connect to the primary server: FATAL:  sorry, too many clients already`,
    ],
    ['another SQLSTATE', `${PLAIN}28P01 app@orders FATAL:  Passwort-Authentifizierung fehlgeschlagen`],
    [
      "a statement in GaussDB's log",
      "2026-11-21 03:15:20.123 6920a1b8.10042 orders 140697304617088 app 0 dn_6001 00000 0 [BACKEND] LOG:  statement: SELECT 'sorry, too many clients already'",
    ],
    [
      "the primary's, where verbose",
      `${PLAIN}FATAL:  08006: could not connect to the primary server: FATAL:  sorry, too many clients already`,
    ],
    ['a process id', '2026-11-21 03:15:20 UTC [53300] app@orders FATAL:  sonst etwas'],
    ['a port', '2026-11-21 03:15:20 UTC:10.0.3.17(53300):app@orders:[1]:FATAL:  sonst etwas'],
    [
      "a session's line number",
      '2026-11-21 03:15:20.1 UTC:10.0.3.17(1):app@orders:[1]:53300:28P01:2026:::6.1:xFATAL:  sonst etwas',
    ],
    ['a process id without brackets', '2026-11-21 03:15:20 UTC 53300 LOG:  connection received'],
    ['a duration', 'GET /orders took 53300 ms'],
    ['a product code', '{"encode":"x","sku":"53300"}'],
    ['nothing', ''],
  ])('%s', (_, line) => {
    expect(refusalIn(line)).toBeNull();
  });
});
