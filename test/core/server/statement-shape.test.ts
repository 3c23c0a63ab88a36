import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heldBy } from '../../../functions/core/server/held-by-statement.ts';
import { statementShape } from '../../../functions/core/server/statement-shape.ts';

describe('The shape of a statement', () => {
  const SHAPES: readonly (readonly [what: string, statement: string, shape: string])[] = [
    ['nothing', '', ''],
    ['no values', 'SELECT name FROM users', 'SELECT name FROM users'],
    ['a literal', "SELECT id FROM t WHERE mail = 'a@b.c'", 'SELECT id FROM t WHERE mail = ?'],
    ['several literals', "INSERT INTO t VALUES ('a', 'b','c')", 'INSERT INTO t VALUES (?, ?,?)'],
    ['an empty literal', "SELECT ''", 'SELECT ?'],
    ['a doubled quote', "SELECT 'it''s', 'x'", 'SELECT ?, ?'],
    ['a backslash, which is only a character', "SELECT 'C:\\x', 'y'", 'SELECT ?, ?'],
    ['a backslash before a quote, which may not end it', "SELECT 'C:\\', 'x', y", 'SELECT ?'],
    ['two backslashes before a quote, which end it in any case', "SELECT 'C:\\\\', 'x', y", 'SELECT ?, ?, y'],
    ['an escape string', "SELECT E'it\\'s', 1", 'SELECT ?, ?'],
    ['an escape string in lower case', "SELECT e'a\\\\', 'x'", 'SELECT ?, ?'],
    ['a word that ends in e before a literal', "SELECT date'2026-11-21'", 'SELECT date?'],
    ['a literal over lines', "SELECT 'a\n  b'\n , 'c'", 'SELECT ? , ?'],
    ['dollar quotes', "SELECT $$it's 4711$$", 'SELECT ?'],
    ['tagged dollar quotes', 'DO $body$ SELECT $$x$$; $body$', 'DO ?'],
    ['a tag that is no tag', 'SELECT foo$1$bar FROM t', 'SELECT foo$1$bar FROM t'],
    ['parameters', 'SELECT * FROM t WHERE id = $1 AND n = $22', 'SELECT * FROM t WHERE id = $1 AND n = $22'],
    ['numbers', 'SELECT 1, -2, 3.14, .5, 1e10, 2E-3, 0xFF, 1_000', 'SELECT ?, -?, ?, ?, ?, ?, ?, ?'],
    ['digits in a name', 'SELECT col1 FROM t2', 'SELECT col1 FROM t2'],
    ['an unquoted mail address', 'SELECT bob.smith+x@example.com', 'SELECT ?'],
    ['operators with @', 'SELECT a @> b, c @@ d', 'SELECT a @> b, c @@ d'],
    ['a plain quoted name', 'SELECT "Name" FROM "T1"', 'SELECT "Name" FROM "T1"'],
    ['a quoted name that may be a value', 'SELECT "bob smith", "a""b", "x;y"', 'SELECT ?, ?, ?'],
    ['a comment to the end of the line', "SELECT 1 -- for 'bob'\n, 2", 'SELECT ? , ?'],
    ['a comment', "SELECT /* bob's 5 */ 1", 'SELECT ?'],
    ['a comment in a literal', "SELECT '/* x', '-- y' FROM t", 'SELECT ?, ? FROM t'],
    ['a literal in a comment', "SELECT 1 /* 'a */ , 'b' /* c' */", 'SELECT ? , ?'],
    ['a mail address in a comment that follows a name', "SELECT a--b@c.d bob's\n, 2", 'SELECT a , ?'],
    ['a comment in a comment', 'SELECT 1 /* a /* b */ bob smith */ , 2', 'SELECT ? , ?'],
    ['white space', '  SELECT\t1 ,\r\n\n 2  ', 'SELECT ? , ?'],
    ['other alphabets', "SELECT größe FROM 表 WHERE 名 = 'é'", 'SELECT größe FROM 表 WHERE 名 = ?'],
    ['bits, bytes and unicode strings', "SELECT B'01', X'1F', U&'d\\0061', N'x'", 'SELECT B?, X?, U&?, N?'],
    ['a row of a hidden session', '<insufficient privilege>', '<insufficient privilege>'],
  ];

  test.each(SHAPES)('%s', (_, statement, shape) => {
    expect(statementShape(statement)).toBe(shape);
  });

  test.each([
    ['a literal', "SELECT 'bob smi", 'SELECT ?'],
    ['a literal at its doubled quote', "SELECT 'it''", 'SELECT ?'],
    ['an escape string', "SELECT E'it\\'s bo", 'SELECT ?'],
    ['an escape string at its backslash', "SELECT E'bob\\", 'SELECT ?'],
    ['dollar quotes', 'SELECT $a$ bob $a', 'SELECT ?'],
    ['a quoted name', 'SELECT "bob smi', 'SELECT ?'],
    ['a comment', 'SELECT 1 /* bob smi', 'SELECT ?'],
    ['a comment of a line', 'SELECT 1 -- bob smi', 'SELECT ?'],
    ['a number', 'SELECT 47', 'SELECT ?'],
  ])('cut off inside %s, the rest is part of it', (_, statement, shape) => {
    expect(statementShape(statement)).toBe(shape);
  });

  const secret = fc.stringMatching(/^[a-z]{12}$/);
  const literals = fc.constantFrom<(text: string) => string>(
    (text) => `'${text}'`,
    (text) => `'it''s ${text}'`,
    (text) => `'a@b.c -- ${text}'`,
    (text) => `E'\\'${text}'`,
    (text) => `$$${text}$$`,
    (text) => `$t$'${text}"$t$`,
    (text) => `"my ${text}"`,
  );
  const comments = fc.constantFrom<(text: string) => string>(
    (text) => `/* ${text} */`,
    (text) => `/*/* ' */${text}*/`,
    (text) => `/*a@b.c ${text}*/`,
    (text) => `-- ${text}\n`,
    (text) => `--a@b.c ${text}\n`,
    (text) => `--it's ${text}\r`,
  );
  // What may stand right before a comment is more than what may stand right before a literal without being part of it.
  const quotedValues = fc.oneof(
    fc.tuple(fc.constantFrom('', '(', '1+', 'a,', 'a.b=', 'a@b.c '), literals),
    fc.tuple(fc.constantFrom('', '+', 'a', '1', 'a.b', '$1', '"x"', "'x'", 'x@y.z'), comments),
  );

  test('nothing of a value remains, whatever stands before it and wherever the text is cut', () => {
    const given = fc.tuple(quotedValues, secret, quotedValues, secret, fc.nat(90));
    fc.assert(
      fc.property(given, ([[lead, quote], value, [otherLead, otherQuote], other, cut]) => {
        const text = `SELECT ${otherLead}${otherQuote(other)} , ${lead}${quote(value)} FROM t`;
        const shape = statementShape(text.slice(0, Math.max(cut, text.indexOf(value) + value.length)));
        expect(shape).not.toContain(value);
        expect(shape).not.toContain(other);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a shape is its own shape, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`'"$/*- \n\\aE1.@;?(`.split('')) }), (text) => {
        expect(statementShape(statementShape(text)).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  test.each([
    ['dots', 'a.'],
    ['signs', '+-'],
    ['numbers', '1.'],
    ['quotes', "e'"],
    ['dollars', '$a$ '],
    ['comments', '/*'],
    ['mail addresses', 'x@'],
    ['spaces', '   '],
  ])('long runs of %s take no time', (_, piece) => {
    const start = process.threadCpuUsage();
    statementShape(piece.repeat(15_000));
    expect(process.threadCpuUsage(start).user / 1_000).toBeLessThan(250);
  });
});

describe('Whether a statement listens', () => {
  const listens = (statement: string) => heldBy(statementShape(statement)).includes('notifications');

  test.each([
    'LISTEN ch',
    'listen ch',
    'Listen "My Channel"',
    'LISTEN ch;',
    '  \n\t LISTEN ch',
    '/* pgx */ LISTEN ch',
    '/**/LISTEN/**/ch',
    '-- start\nLISTEN ch',
    '/* a /* b */ c */ LISTEN ch',
    '-- start\rLISTEN ch',
    'LISTEN\nch',
    'BEGIN; LISTEN ch; COMMIT',
    "SELECT 1--a@b.c's\n; LISTEN ch",
    'SELECT 1;LISTEN ch',
    'SELECT 1 ;; listen ch',
    "SELECT ';'; LISTEN ch",
    'UNLISTEN *; LISTEN ch',
    'LISTEN ch; SELECT 1',
    'LISTEN',
  ])('%j does', (statement) => {
    expect(listens(statement)).toBe(true);
  });

  test.each([
    '',
    'SELECT 1',
    'COMMIT',
    'UNLISTEN *',
    'NOTIFY ch',
    'listening',
    'listen_to_me',
    'SELECT listen FROM t',
    "SELECT 'x; LISTEN ch'",
    "SELECT E'\\'; LISTEN ch'",
    'SELECT $$; LISTEN ch$$',
    'SELECT $a$; LISTEN $$ ch$a$',
    'SELECT 1 -- ; LISTEN ch',
    'SELECT 1 /* ; LISTEN ch */',
    '/* a /* b */ LISTEN ch */ SELECT 1',
    'SELECT "; LISTEN ch"',
    'INSERT INTO log VALUES (1); SELECT listen()',
  ])('%j does not', (statement) => {
    expect(listens(statement)).toBe(false);
  });
});
