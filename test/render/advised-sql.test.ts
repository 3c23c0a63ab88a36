import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quoteIdentifier } from '../../functions/render/base/sql.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';

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
];

/** The lines to paste out of a message, as somebody would: with the comment that holds the undo. */
function statementsIn(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.startsWith(' '.repeat(7)))
    .join('\n');
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
      expect(quoteIdentifier(name)).toMatch(/^[^\p{C}]+$/u);
    },
  );

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
