import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPlainlyVisible } from '../../functions/core/base/clean-text.ts';
import { quoteLiteral, RELOAD } from '../../functions/core/base/sql-text.ts';
import { quoteIdentifier } from '../../functions/render/base/sql.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { freeLock } from '../../functions/render/message/run-lock-text.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { recordOf } from '../support/records.ts';

const NAMES = [
  'plain',
  'Mixed Case',
  'select',
  'say "hello"',
  "o'neill; DROP ROLE postgres; --",
  'back\\slash',
  'two\nlines\tand a tab',
  'back\\slash and\u202e bidi',
  'emoji \u{1f418}',
  'see https://example.org',
  'büro\u202e "x"\\',
  'שלום',
];

/** What the owner of a database may put before the server's own functions and operators. */
const TRAP = "LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the trap was run'; END $$";
const TRAPS = [
  'CREATE SCHEMA trap',
  `CREATE FUNCTION trap.pg_reload_conf() RETURNS boolean ${TRAP}`,
  `CREATE FUNCTION trap.pg_stat_clear_snapshot() RETURNS void ${TRAP}`,
  `CREATE FUNCTION trap.pg_terminate_backend(int) RETURNS boolean ${TRAP}`,
  `CREATE FUNCTION trap.same(int, int) RETURNS boolean ${TRAP}`,
  'CREATE OPERATOR trap.= (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.same)',
];

/** The lines to paste out of a message, as somebody would: with the comment that holds the undo. */
function statementsIn(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.startsWith(' '.repeat(7)))
    .join('\n');
}

/** What people cannot see as it is, and links, are written in ASCII. */
function isPrintedSafely(printed: string, name: string): boolean {
  const isPlain = isPlainlyVisible(name) && !name.includes('://');
  return isPlainlyVisible(printed) && !printed.includes('://') && (isPlain || /^[ -~]+$/.test(printed));
}

function stuck(pid: number) {
  const application = 'pg-headroom';
  return { pid, user: 'headroom', application, address: '', openMs: 7_200_000, isRun: true };
}

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ version });
    for (const role of ['billing', 'shop', 'headroom']) await server.query(`CREATE ROLE ${role}`);
  });
  afterAll(() => server.stop());

  // From 19 on the server refuses names with line breaks.
  test.each(NAMES.filter((name) => version < 19 || !name.includes('\n')))(
    'takes the quoted name %j for what it is',
    async (name) => {
      await server.query(`CREATE ROLE ${quoteIdentifier(name)}`);
      const rows = await server.query('SELECT count(*)::int AS count FROM pg_roles WHERE rolname = $1', [
        name,
      ]);
      expect(rows).toEqual([{ count: 1 }]);
      expect(isPrintedSafely(quoteIdentifier(name), name)).toBe(true);
    },
  );

  test.each(NAMES)('takes the quoted text %j for what it is, also without standard strings', async (text) => {
    const client = await server.connect();
    // 19 refuses to switch it off.
    for (const setting of version < 19 ? ['on', 'off'] : ['on']) {
      await client.query(`SET standard_conforming_strings = ${setting}`);
      expect((await client.query(`SELECT ${quoteLiteral(text)} AS text`)).rows).toEqual([{ text }]);
    }
    await client.end();
    expect(isPrintedSafely(quoteLiteral(text), text)).toBe(true);
  });

  test('ends the session that has the lock of runs for too long, no other one under its pid, and no trap', async () => {
    for (const statement of TRAPS) await server.query(statement);
    const options = '-c search_path=trap,pg_catalog';
    const person = await server.connect(server.superuser, { options });
    const holder = await server.connect();
    const gone = new Promise((resolve) => holder.once('error', resolve));
    const pid: unknown = Reflect.get(holder, 'processID');
    const [free] = freeLock(recordOf('busy', { lock: { holders: [stuck(Number(pid))], total: 1 } }));
    const lines = free?.paste?.lines.join('\n') ?? '';
    const ended = async (text: string) =>
      [await person.query(text)]
        .flat()
        .filter(({ rows }) => rows.some((row) => 'pg_terminate_backend' in row)).length;
    const anyAge = lines.replace("interval '60 s'", "interval '0 s'");
    expect(anyAge).not.toBe(lines);
    expect(await ended(anyAge)).toBe(0);
    await holder.query('SELECT pg_advisory_lock(1885825138, 7)');
    expect(await ended(lines)).toBe(0);
    expect(await ended(anyAge)).toBe(1);
    expect(await gone).toMatchObject({ code: '57P01' });
    await person.query(`SET search_path TO trap, pg_catalog; ${RELOAD}`);
    await person.end();
    await server.query('DROP SCHEMA trap CASCADE');
  });

  test.each(['recovered', 'partial', 'no-candidates', 'blind', 'cannot-connect', 'unverified'] as const)(
    'runs what the message for %s prints',
    async (outcome) => {
      const statements = statementsIn(fullTextOf(INCIDENTS[outcome]()));
      expect(statements).not.toBe('');
      await server.query(statements);
    },
  );

  test('takes limit and undo back and forth', async () => {
    const text = fullTextOf(INCIDENTS.recovered());
    const limitNow = () => server.query("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'billing'");
    await server.query(statementsIn(text));
    expect(await limitNow()).toEqual([{ rolconnlimit: 29 }]);
    await server.query(/-- undo: (.+;)/.exec(text)?.[1] ?? '');
    expect(await limitNow()).toEqual([{ rolconnlimit: -1 }]);
  });
});
