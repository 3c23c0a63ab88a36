import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { refusalsInBatch } from '../../functions/events/log-batch.ts';
import { refusalIn } from '../support/refusal-in.ts';

type Told = {
  readonly kind: string;
  readonly user: string | null;
  readonly database: string | null;
  readonly address: string | null;
};

/** Taken from servers of PostgreSQL 16 under the prefixes that people use. */
const REAL: {
  readonly prefixes: readonly {
    readonly prefix: string;
    readonly line: string;
    readonly want: Told | null;
  }[];
  readonly csvlog: readonly string[];
  readonly jsonlog: readonly string[];
} = JSON.parse(readFileSync(new URL('../core/log-lines-real.json', import.meta.url), 'utf8'));

function told(line: string): Told | null {
  const refusal = refusalIn(line);
  if (refusal === null) return null;
  const { kind, user, database, address } = refusal;
  return { kind, user, database, address };
}

const SAID = 'sorry, too many clients already';
const APP = { user: 'app', database: 'orders', address: null };
const APP_FULL = { kind: 'server', user: 'app', database: 'orders' };
const NOBODY = { user: null, database: null, address: null };

describe('Real lines', () => {
  test.each(REAL.prefixes)('$prefix: $line', ({ line, want }) => {
    expect(told(line)).toEqual(want);
  });

  test.each([
    ['csvlog', REAL.csvlog],
    ['jsonlog', REAL.jsonlog],
  ])('%s', (_, lines) => {
    expect(lines.map(told)).toEqual([
      ...['app', 'headroom', 'headroom', 'headroom'].map((user) => ({
        kind: 'role',
        user,
        database: 'postgres',
        address: '127.0.0.1',
      })),
      null,
    ]);
  });
});

const ENTRY = { error_severity: 'FATAL', message: SAID, user_name: 'app', database_name: 'orders' };

describe("A server's lines", () => {
  test.each([
    [
      'CloudNativePG',
      { record: { ...ENTRY, sql_state_code: '53300', connection_from: '10.0.3.17:51234' } },
      '10.0.3.17',
    ],
    ['CloudNativePG by its socket', { record: { ...ENTRY, connection_from: '[local]' } }, 'local'],
    [
      'the same within what a log agent makes',
      { log: JSON.stringify({ record: { ...ENTRY, connection_from: '::1:5' } }) },
      '::1',
    ],
    [
      'Cloud SQL',
      { textPayload: `2026-11-21 03:15:20.123 UTC [66]: [1-1] db=orders,user=app FATAL:  ${SAID}` },
      null,
    ],
    [
      'a log agent',
      { time: 'x', stream: 'stderr', log: `2026-11-21 03:15:20.123 UTC [66] app@orders FATAL:  ${SAID}\n` },
      null,
    ],
  ])('of %s', (_, object, address) => {
    expect(told(JSON.stringify(object))).toEqual({ kind: 'server', ...APP, address });
  });

  test.each([
    ['with its prefix', `2026-11-21 03:15:20 UTC-6920a1b8.6825-FATAL:  ${SAID}`],
    ['without', SAID],
  ])('of Azure, %s', (_, message) => {
    const line = (errorLevel: string) =>
      JSON.stringify({
        category: 'PostgreSQLLogs',
        properties: { errorLevel, sqlerrcode: '53300', message },
      });
    expect(told(line('FATAL'))).toEqual({ kind: 'server', ...NOBODY });
    expect(told(line('ERROR'))).toBeNull();
  });

  test.each([
    ['a container runtime', '2026-11-21T03:15:20.123456789Z stderr F '],
    ['syslog', 'Nov 21 03:15:20 db-1 postgres[4242]: [3-1] '],
    ['the journal', 'Nov 21 03:15:20 db-1 postgres[4242]: '],
    ['the later syslog', '<131>1 2026-11-21T03:15:20.123Z db-1 postgres 4242 - - [3-1] '],
  ])('behind what %s puts before them', (_, head) => {
    expect(told(`${head}2026-11-21 03:15:20.123 UTC [66] app@orders FATAL:  ${SAID}`)).toEqual({
      kind: 'server',
      ...APP,
    });
  });

  test.each([
    ['the second line of a message', `\tFATAL:  ${SAID}`],
    ['the second line in syslog', `Nov 21 03:15:20 db-1 postgres[4242]: [3-2] #011FATAL:  ${SAID}`],
    [
      'a row of csvlog that lacks columns',
      `2026-11-21 03:15:20.123 UTC,"app","orders",1,"[local]",6.1,1,"startup",2026-11-21 03:15:20 UTC,3/12,0,FATAL,53300,"${SAID}"`,
    ],
    [
      'a row of csvlog that is cut off',
      `2026-11-21 03:15:20.123 UTC,"app","orders",1,"[local]",6.1,1,"startup",2026-11-21 03:15:20 UTC,3/12,0,FATAL,53300,"${SAID}`,
    ],
    [
      'a prefix that is no server, and a name',
      `2026-11-21 03:15:20 UTC [1] x STATEMENT:  :[1]:FATAL:  ${SAID}`,
    ],
    [
      "an application's name at the end of a login's line",
      `2026-11-21 03:15:20 UTC:10.0.3.17(5):app@orders:[1]:LOG:  connection authorized: user=app database=orders application_name=:[1]:FATAL:  ${SAID}`,
    ],
    [
      'a whole sentence between two severities',
      '2026-11-21 03:15:20 UTC [1] x FATAL:  remaining connection slots are reserved for X:  y@orders FATAL:  role "a" does not exist',
    ],
    ['another severity', `2026-11-21 03:15:20 UTC [1] app@orders ERROR:  ${SAID}`],
    [
      'a translated one',
      '2026-11-21 03:15:20 UTC [1] 53300 app@orders FEHLER:  tut mir leid, schon zu viele Verbindungen',
    ],
    ['a translated statement', `2026-11-21 03:15:20 UTC [1] 53300 app@orders ANWEISUNG:  SELECT '${SAID}'`],
    [
      'an ERROR behind an application',
      '2026-11-21 03:15:20.1 UTC:10.0.3.17(1):app@orders:[1]:2:53300:2026-11-21 03:15:20 UTC:5/7:0:6.1:psqlERROR:  x',
    ],
    ['a refusal that goes on', `2026-11-21 03:15:20 UTC [1] app@orders FATAL:  ${SAID} of mine`],
    [
      'a name in brackets of its own',
      `2026-11-21 03:15:20 UTC [1] app@orders FATAL:  role "${SAID}" does not exist`,
    ],
  ])('are none: %s', (_, line) => {
    expect(told(line)).toBeNull();
  });

  test('in other languages are known by the SQLSTATE, wherever it stands', () => {
    const said = 'ВАЖНО:  извините, уже слишком много клиентов';
    for (const prefix of [
      '[66] 53300 app@orders ',
      '[66] [53300] app@orders ',
      '[66]: [1-1] user=app,db=orders - PG-53300 ',
      '[66] app@orders 53300 ',
      '[66] app@orders e=53300 ',
    ])
      expect(told(`2026-11-21 03:15:20.123 UTC ${prefix}${said}`)).toEqual({ kind: 'unknown-53300', ...APP });
    const row = `2026-11-21 03:15:20.123 UTC,"app","orders",4242,"10.0.3.17:51234",6920a1b8.1092,1,"startup",2026-11-21 03:15:20 UTC,3/12,0,FATAL,53300,"tut mir leid, schon zu viele Verbindungen",,,,,,,,,"","client backend",,0`;
    expect(told(row)).toEqual({ kind: 'unknown-53300', ...APP, address: '10.0.3.17' });
    expect(told(row.replace('FATAL', 'FEHLER'))).toBeNull();
  });

  test('name nobody where a name before the @ looks like keys', () => {
    const line = `2026-11-21 03:15:20 UTC [66] user=b,db=c@orders FATAL:  ${SAID}`;
    expect(told(line)).toEqual({ kind: 'server', ...NOBODY });
  });

  test('of a standby tell of the primary, and are none of this server', () => {
    const message = `could not connect to the primary server: connection to server at "orders-rw" (10.96.0.1), port 5432 failed: FATAL:  ${SAID}`;
    expect(told(JSON.stringify({ record: { ...ENTRY, sql_state_code: '08006', message } }))).toBeNull();
  });

  test('have a prefix before each where they have one: a bare one between them is a piece of a name', () => {
    const lines = [`FATAL:  ${SAID}`, '2026-11-21 03:15:20 UTC [1] app@orders LOG:  connection received'];
    expect(refusalsInBatch(lines)).toEqual([null, null]);
    expect(refusalsInBatch(lines.slice(0, 1))).toMatchObject([{ kind: 'server' }]);
  });
});

describe('A name with line breaks', () => {
  const AT = '2026-11-21 03:15:20.123 UTC';
  const END = '@orders FATAL:  role "x" does not exist';
  const NEXT = `${AT} [2] app@orders FATAL:  ${SAID}`;

  test.each([
    ['a prefix without a time', [`${AT} [1] x`, `[1] b@c FATAL:  ${SAID}`, END]],
    ['one behind other pieces', [`${AT} [1] x`, 'y', `[1] b@c FATAL:  ${SAID}`, END]],
    ['one behind a severity', [`${AT} [1] `, 'FATAL:  x', '[1] b@c FATAL:  Already too many clients', END]],
    ['a whole prefix, made of two names', [`${AT} [1] x`, `${AT} [1] b@c FATAL:  ${SAID}`, END]],
    ['one behind a name like a pooler', [`${AT} [1] LOG x`, `[1] b@c FATAL:  ${SAID}`, END]],
    ['one of an application', [`${AT} [1] x`, `error: ${SAID}`, END]],
    ['one on RDS', [`${AT}:10.0.3.17(5):x`, `:[1]:FATAL:  ${SAID}`, `@orders:[1]:${END.slice(8)}`]],
  ])('forges no refusal, and hides none after it: %s', (_, pieces) => {
    const [next, ...forged] = refusalsInBatch([...pieces, NEXT]).toReversed();
    expect(next).toMatchObject(APP_FULL);
    expect(forged.filter((refusal) => refusal !== null)).toEqual([]);
  });

  test('is looked for only so far as names reach', () => {
    const [, ...others] = refusalsInBatch([`${AT} [1] x`, ...Array<string>(6).fill(NEXT)]);
    expect(others.filter((refusal) => refusal !== null).length).toBeGreaterThanOrEqual(2);
  });

  test.each([`${AT} started`, `${AT} [main] started`, `${AT} [1] app@orders LOG:  x`])(
    'is none where a line is no beginning of one: %s',
    (line) => {
      expect(refusalsInBatch([line, NEXT])).toMatchObject([null, APP_FULL]);
    },
  );
});

describe("An application's lines", () => {
  test.each([
    `ERROR: ${SAID}`,
    `FATAL: ${SAID}`,
    `error: ${SAID}`,
    `pq: ${SAID}`,
    `psql: FATAL:  ${SAID}`,
    `FATAL: 53300: ${SAID}`,
    `psql: error: connection to server at "db" (10.0.3.5), port 5432 failed: FATAL:  53300: ${SAID}`,
    `psql: error: connection to server at "10.0.3.5", port 5432 failed: FATAL:  ${SAID}`,
    `psycopg2.OperationalError: FATAL:  ${SAID}`,
    `2026-11-21 03:15:20,123 ERROR orders: cannot connect\nTraceback (most recent call last):\npsycopg2.OperationalError: connection failed: FATAL:  ${SAID}\n`,
    `Caused by: org.postgresql.util.PSQLException: FATAL: ${SAID}\n\tat org.postgresql.Driver.connect(Driver.java:263)`,
    `failed to connect to \`host=db user=app database=orders\`: server error (FATAL: ${SAID} (SQLSTATE 53300))`,
    `PG::ConnectionBad: connection to server at "10.0.3.5", port 5432 failed: FATAL:  ${SAID} (ActiveRecord::DatabaseConnectionError)`,
    `PDOException: SQLSTATE[08006] [7] FATAL:  ${SAID} in /var/www/db.php:12`,
    `ERROR connect error=error returned from database: ${SAID}`,
    `[2026-11-21T03:15:20] app.ERROR: SQLSTATE[08006] [7] FATAL:  ${SAID} {"exception":"[object]"} []`,
    `Error querying the database: FATAL: ${SAID}`,
    `Npgsql.PostgresException (0x80004005): 53300: ${SAID}`,
    `** (Postgrex.Error) FATAL 53300 (too_many_connections) ${SAID}`,
    `io.r2dbc.spi.R2dbcNonTransientResourceException: [53300] ${SAID}`,
    `level=error msg="pq: ${SAID}" pool=main`,
    `level=error err='${SAID}'`,
    `{"level":"error","err":"error: ${SAID}","pid":7}`,
    `{"severity":"ERROR","jsonPayload":{"message":"connect: FATAL: ${SAID}"}}`,
    `{'S': 'FATAL', 'C': '53300', 'M': '${SAID}'}`,
    `\u001b[31merror:\u001b[39m ${SAID}`,
    `[ERROR]\t2026-11-21T03:15:20.123Z\tb7e1-4c\t${SAID}`,
    `ERROR: Failed to connect to database: ${SAID}`,
  ])('are refusals with the whole sentence: %s', (line) => {
    expect(told(line)).toEqual({ kind: 'server', ...NOBODY });
  });

  test.each([
    `login failed for user "${SAID}"`,
    `login failed for user 'x: ${SAID}'`,
    `OperationalError: FATAL:  password authentication failed for user "" x: ${SAID}"`,
    `level=info user="${SAID}" msg="login failed"`,
    `level=info application_name=FATAL: ${SAID}`,
    `INSERT INTO log(message) VALUES ('${SAID}')`,
    `level=debug query="SELECT '${SAID}'"`,
    `query: ${SAID}`,
    `{"msg":"login failed","user":"FATAL:  ${SAID}"}`,
    `{"msg":"slow","query":"SELECT '${SAID}'","context":{"userName":"${SAID}"}}`,
    `{"msg":"login failed for user \\"${SAID}\\""}`,
    `{"msg":"slow","params":["${SAID}"]}`,
    `{"level":"error","request":{"body":"FATAL:  ${SAID}"}}`,
    `connected to database: ${SAID}`,
    `orders\t${SAID}`,
    `no ${SAID}`,
    `error: ${SAID}s`,
    `login failed for user "code: 53300"`,
    'query_wait_timeout = 120',
  ])('are none where a client said it: %s', (line) => {
    expect(told(line)).toBeNull();
  });

  test.each([
    [
      'odyssey',
      '12345 2026-11-21T03:15:20Z error [c6c853c6cfe40 none] (main) too many active clients for user (pool_size for user orders.app reached 80)',
      'pooler',
    ],
    [
      'Supavisor',
      'FATAL:  (EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15',
      'pooler',
    ],
    [
      'Postgrex in German',
      '** (Postgrex.Error) FATAL 53300 (too_many_connections) tut mir leid, schon zu viele Verbindungen',
      'unknown-53300',
    ],
    [
      'asyncpg in German',
      'asyncpg.exceptions.TooManyConnectionsError: tut mir leid, schon zu viele Verbindungen',
      'unknown-53300',
    ],
  ])('of %s', (_, line, kind) => {
    expect(told(line)).toEqual({ kind, ...NOBODY });
  });
});
