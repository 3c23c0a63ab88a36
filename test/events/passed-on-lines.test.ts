import { describe, expect, test } from 'vitest';
import { refusalIn } from '../support/refusal-in.ts';

const SAID = 'sorry, too many clients already';
const AT = '2026-11-21 03:15:20.123 UTC';
const NOBODY = { user: null, database: null, address: null, figures: null };
const APP = { user: 'app', database: 'orders', address: '10.0.3.17', figures: null };

const jsonlog = (error_severity: string) => ({
  user: 'app',
  dbname: 'orders',
  remote_host: '10.0.3.17',
  error_severity,
  state_code: '53300',
  message: SAID,
});
const cloudNativePg = (error_severity: string) => ({
  record: {
    user_name: 'app',
    database_name: 'orders',
    connection_from: '10.0.3.17:51234',
    error_severity,
    sql_state_code: '53300',
    message: SAID,
  },
});
const azure = (errorLevel: string) => ({
  category: 'PostgreSQLLogs',
  properties: { errorLevel, sqlerrcode: '53300', message: SAID },
});

describe('What a server logged as an object', () => {
  test.each<[string, (severity: string) => object, object]>([
    ['jsonlog under a key', (severity) => ({ log: jsonlog(severity), stream: 'stderr' }), APP],
    [
      'jsonlog two keys deep',
      (severity) => ({ kubernetes: {}, a: { log_processed: jsonlog(severity) } }),
      APP,
    ],
    ['CloudNativePG under a key', (severity) => ({ log_processed: cloudNativePg(severity) }), APP],
    ["Azure's in a list", (severity) => ({ records: [azure(severity)] }), NOBODY],
  ])('is a refusal at FATAL alone, however deep a shipper has put it: %s', (_, wrapped, client) => {
    expect(refusalIn(JSON.stringify(wrapped('FATAL')))).toEqual({ kind: 'server', ...client });
    for (const severity of ['ERROR', 'LOG', 'FEHLER'])
      expect(refusalIn(JSON.stringify(wrapped(severity)))).toBeNull();
  });

  test('does not hide a refusal beside it', () => {
    const records = [azure('ERROR'), azure('FATAL')];
    expect(refusalIn(JSON.stringify({ records }))).toEqual({ kind: 'server', ...NOBODY });
  });
});

describe('What is put around a line', () => {
  const line = `${AT} [66] app@orders FATAL:  ${SAID}`;
  const said = { kind: 'server', ...APP, address: null };

  test.each([
    ['a mark of the byte order', `\ufeff${line}`],
    ['the same before JSON', `\ufeff${JSON.stringify({ log: line })}`],
    ['colours', `\u001b[36m${line}\u001b[0m`],
    ['a coloured severity', line.replace('FATAL', '\u001b[31mFATAL')],
    ["OpenTelemetry's JSON", JSON.stringify({ body: { stringValue: line } })],
    ["fluentd's file", `2026-11-21T03:15:20+00:00\tpg.log\t${JSON.stringify({ message: line })}`],
    ["fluentd's output", `2026-11-21 03:15:20.000000000 +0000 pg.log: ${JSON.stringify({ log: line })}`],
  ])('is taken off: %s', (_, message) => {
    expect(refusalIn(message)).toEqual(said);
    expect(refusalIn(message.replace(/FATAL/, 'ERROR'))).toBeNull();
  });
});

describe('A refusal that others pass on', () => {
  test.each([
    [
      'diesel',
      `BadConnection("connection to server at \\"db\\" (10.0.0.1), port 5432 failed: FATAL:  ${SAID}\\n")`,
    ],
    [
      'logfmt',
      `level=error err="connection to server at \\"db\\" (10.0.0.1), port 5432 failed: FATAL:  ${SAID}"`,
    ],
    ['unixODBC', `[08001] [unixODBC]FATAL:  ${SAID} (101) (SQLDriverConnect)`],
    [
      'PostgREST',
      `{"code":"PGRST000","details":"FATAL:  ${SAID}\\n","message":"Database connection error."}`,
    ],
    [
      'PostgREST behind a moment',
      `21/Nov/2026:03:15:20 +0000: {"code":"PGRST000","details":"connection to server at \\"db\\" (10.0.0.1), port 5432 failed: FATAL:  ${SAID}\\n"}`,
    ],
    ['Serilog', `{"@mt":"boom","@x":"Npgsql.PostgresException (0x80004005): 53300: ${SAID}\\n   at x"}`],
    ['Odyssey', `FATAL:  odyssey: c6c853c6cfe40: ${SAID}`],
    ['PgBouncer', `psql: error: FATAL:  server login failed: FATAL ${SAID}`],
    ['PgBouncer, later', `FATAL:  server login has been failing, cached error: ${SAID} (server_login_retry)`],
    [
      'Ruby, without a rescue',
      `/srv/db.rb:83:in \`rescue in initialize': FATAL:  ${SAID} (DBI::OperationalError)`,
    ],
    ['a panic of Rust', `thread 'main' panicked at 'called \`Result::unwrap()\`: db error: FATAL: ${SAID}'`],
    [
      "Python's chained tracebacks",
      `2026-11-21 03:15:20,123 WARNING django.request /\npsycopg2.OperationalError: FATAL:  ${SAID}\n\ndjango.db.utils.OperationalError: FATAL:  ${SAID}\n`,
    ],
  ])("is the server's: %s", (_, line) => {
    expect(refusalIn(line)).toEqual({ kind: 'server', ...NOBODY });
  });

  test.each([
    ['with and without TLS', `BadConnection("FATAL:  ${SAID}\\nFATAL:  ${SAID}\\n")`],
    [
      'for two addresses',
      `OperationalError('connection to server at "db" (::1), port 5432 failed: FATAL:  ${SAID}\\nconnection to server at "db" (127.0.0.1), port 5432 failed: FATAL:  ${SAID}\\n')`,
    ],
    ['in a line of a log', `OperationalError: FATAL:  ${SAID} FATAL:  ${SAID}`],
  ])('is one, although libpq heard it twice: %s', (_, line) => {
    expect(refusalIn(line)).toEqual({ kind: 'server', ...NOBODY });
    expect(refusalIn(line.replace(SAID, 'role "x" does not exist'))).toBeNull();
  });

  test.each([`${AT} [1] x@y:[1]:`, `2026-11-21 03:15:20 UTC:10.0.3.17(5):x@y:[1]:`])(
    'gives no name away where a server repeats that of a client: %s',
    (prefix) => {
      expect(refusalIn(`${prefix}FATAL:  ${SAID}@orders:[2]:FATAL:  ${SAID}`)).toBeNull();
    },
  );

  test('is told by its sentence where another line has the SQLSTATE', () => {
    const line = `WARN SqlExceptionHelper: SQL Error: 0, SQLState: 53300\nERROR SqlExceptionHelper: FATAL: ${SAID}`;
    expect(refusalIn(line)?.kind).toBe('server');
  });

  test.each([
    ['Odyssey', 'FATAL:  odyssey: c6c853c6cfe40: too many tcp connections (global client_max 100)'],
    ['Supavisor', 'FATAL:  Max client connections reached'],
    ['Supavisor, later', 'FATAL:  (EMAXCONN) max client connections reached, limit: 200'],
    [
      'Supavisor in session mode',
      'FATAL: MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size',
    ],
    [
      'PgBouncer, whatever the server said',
      'FATAL:  server login has been failing, cached error: connect failed (server_login_retry)',
    ],
  ])('is a refusal by a pooler: %s', (_, line) => {
    expect(refusalIn(line)?.kind).toBe('pooler');
  });

  test('is known in Turkish, whose word for FATAL has brackets', () => {
    const line = (severity: string) => `${AT} [66] 53300 app@orders ${severity}:  üzgünüm`;
    expect(refusalIn(line('ÖLÜMCÜL (FATAL)'))).toEqual({ kind: 'unknown-53300', ...APP, address: null });
    expect(refusalIn(line('HATA'))).toBeNull();
  });
});

describe('What a client wrote', () => {
  test.each([
    ['as the value of a key', `ERROR: duplicate key value DETAIL: Key (name)=(${SAID}) already exists.`],
    [
      'as that of a driver',
      `psycopg2.errors.UniqueViolation: duplicate\nDETAIL:  Key (name)=(${SAID}) already exists.`,
    ],
    ['in a quote in a quote', `Error("login failed for user \\"x: ${SAID}\\"")`],
    ['in a quote that looks like speech', `login failed for user "(\\"${SAID}`],
    ['into a name of several lines', `${AT} [1] x\nerror: ${SAID}\n@orders FATAL:  role "x" does not exist`],
    [
      'into one with two severities',
      `${AT} [1] x connect ERROR:  y\nerror: ${SAID}\n@orders FATAL:  role "x" does not exist`,
    ],
    ['behind what a pooler says', `FATAL:  odyssey: c1: role "x: ${SAID}" does not exist`],
    ['into a query that begins with a space', `${AT} [1] app@orders STATEMENT:   ${SAID}`],
    ['into a message that begins with a space', `${AT} [1] app@orders ERROR:   ${SAID}`],
    ['into one behind other prefixes', `user=app,db=orders ERREUR:    ${SAID}`],
    ['into one that names a code', `${AT} [1] app@orders DETAIL:   SQLSTATE 53300`],
    [
      'into a database that sounds like a driver',
      `${AT} [1] app@FATAL: ${SAID}:connect FATAL:  database "FATAL: ${SAID}:connect" does not exist`,
    ],
    [
      'into one that names a code',
      `${AT} [1] app@"pq code: 53300 FATAL:  database ""pq code: 53300" does not exist`,
    ],
    [
      'as its application and as a query that begins with spaces',
      `${AT} [1]: [1-1] user=a,db=b,app=FATAL:  ${SAID},client=::1 STATEMENT:   FATAL:  ${SAID}`,
    ],
    ['into a query in a log without a prefix', `STATEMENT:   FATAL:  ${SAID}`],
    ['into such a detail', `DETAIL:   SQLSTATE 53300`],
    [
      "behind a server's line that a program passed on",
      `app[1] [error]postgres | ${AT} [1] app@orders ERROR:  ${SAID}`,
    ],
    ['into a warning in a log without a prefix', `WARNING:   FATAL:  ${SAID}`],
    ['into an ERROR in such a database', `${AT} [1] app@connect x ERROR:  ${SAID}`],
  ])('is no refusal: %s', (_, line) => {
    expect(refusalIn(line)).toBeNull();
  });

  test.each([
    'user=a,db=b,app=connect "x,client=::1 ',
    '[1]: [1-1] user=a,db=error "x ',
    '1795866528.190 [1] a@error "x ',
  ])('is no refusal as an ERROR behind a prefix without a time: %s', (prefix) => {
    expect(refusalIn(`${prefix}ERROR:  ${SAID}`)).toBeNull();
  });

  test('is told from a logger that puts spaces before its words', () => {
    expect(refusalIn(`ERROR:    ${SAID}`)?.kind).toBe('server');
    expect(
      refusalIn(`2026-11-21 03:15:20 UTC connect failed: FATAL:  ${SAID} (PG::ConnectionBad)`)?.kind,
    ).toBe('server');
  });
});

test.each([
  'Traceback (most recent call last):\npsycopg2.OperationalError: FATAL:  sorry, too many clients already',
  'pq: sorry, too many clients already',
])('an application that writes its severity on a line of its own, and then %j, reports a refusal', (said) => {
  expect(refusalIn(`2026-11-21 03:15:20 UTC shop ERROR:\n${said}`)).toMatchObject({ kind: 'server' });
});
