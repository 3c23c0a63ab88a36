import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statementShape } from '../../../functions/core/server/statement-shape.ts';

/** What must never be told, in forms that are nothing else in any of the texts. */
const NAME = 'zebedee';
const NUMBER = '8675309';
const MAIL = 'zebedee.brown@example.org';
const SECRETS = [NAME, NUMBER, MAIL, 'example', 'brown'];

/** Every way in which PostgreSQL lets somebody write a value, and some in which others do. */
const CORPUS: Readonly<Record<string, readonly string[]>> = {
  literals: [`'${NAME}'`, `'${NAME}''s ${NUMBER}'`, `''''`, `'${NAME}'\n  '${NUMBER}'`, `N'${NAME}'`],
  'escape strings': [
    `E'${NAME}\\'s ${NUMBER}'`,
    `e'\\\\${NAME}'`,
    `E'\\x41${NAME}'`,
    `E'${NAME}' '${NAME}\\'`,
  ],
  'unicode strings': [`U&'d\\0061${NAME}'`, `U&'${NAME}!0061' UESCAPE '!'`, `u&"${NAME} x"`],
  'bits and bytes': [`B'101'`, `X'1FF'`, `'\\x${NUMBER}'::bytea`, `x'${NUMBER}'`],
  'dollar quotes': [
    `$$${NAME}$$`,
    `$t$${NAME} $$ ${NUMBER}$t$`,
    `$é$${NAME}$é$`,
    `$a1$ it's ${NAME} $a$ ${NUMBER} $a1$`,
    `DO $do$ BEGIN PERFORM '${NAME}'; END $do$`,
  ],
  comments: [
    `/* ${NAME} */ 1`,
    `/* a /* ${NAME} */ ${NUMBER} */ 1`,
    `1 -- ${NAME}\n`,
    `/*+ ${NAME} */ 1 -- it's ${NUMBER}`,
    `1 /* traceparent='${NUMBER}', user='${NAME}' */`,
  ],
  numbers: [
    NUMBER,
    `-${NUMBER}.5e-3`,
    `.${NUMBER}`,
    `0x${NUMBER}`,
    `8_675_309`,
    `${NUMBER}::numeric`,
    `1${NUMBER}`,
  ],
  'mail addresses': [`'${MAIL}'`, `"${MAIL}"`, `'zebedee+brown@example.org'`],
  JSON: [
    `'{"name": "${NAME}", "n": ${NUMBER}}'::jsonb`,
    `'["${NAME}"]'`,
    `'{"it''s": "${NAME}"}' -> '${NAME}'`,
    `data @> '{"mail": "${MAIL}"}'`,
  ],
  arrays: [
    `'{${NAME},"${MAIL}"}'`,
    `ARRAY['${NAME}', '${MAIL}']`,
    `ARRAY[${NUMBER}]`,
    `= ANY ('{${NUMBER}}'::int[])`,
  ],
  'quoted names': [`"${NAME} brown"`, `"user:${NUMBER}"`, `a."${MAIL}"`, `"${NAME}""x"`],
  'backslashes where they escape': [
    `'it\\'s ${NAME}'`,
    `'\\\\\\'${NAME}'`,
    `'a\\', ${NAME}, 'b'`,
    `'${NAME}\\''`,
  ],
  'other statements': [
    `COPY t FROM STDIN WITH (DELIMITER '${NAME}', NULL '${NUMBER}')`,
    `ALTER ROLE app PASSWORD '${NAME}'`,
    `SET app.token = '${NAME}'`,
    `EXECUTE plan('${NAME}', ${NUMBER})`,
    `COMMENT ON TABLE t IS '${NAME}'`,
    `NOTIFY ch, '${NAME}'`,
  ],
  'other dialects': [`"${NAME} y"`, `SELECT "${MAIL}" # "it is ${NAME}"`, `q'[x]' '${NAME}'`],
};

const STATEMENTS = Object.entries(CORPUS).flatMap(([kind, values]) =>
  values.map((value) => ({
    kind,
    text: /^(DO|COPY|ALTER|SET|EXECUTE|COMMENT|NOTIFY|SELECT) /.test(value)
      ? value
      : `SELECT a FROM t WHERE b = ${value} AND c = '${NAME}'`,
  })),
);

/** Single letters and digits may be the statement's own. */
function leaks(shape: string): readonly string[] {
  return SECRETS.filter((secret) => shape.toLowerCase().includes(secret));
}

describe('a corpus of values', () => {
  test.each(STATEMENTS)('$kind: $text', ({ text }) => {
    expect(leaks(statementShape(text))).toEqual([]);
  });

  test.each([MAIL, `<${MAIL}>`, `mailto:${MAIL}`, 'zebedee+brown@example.org'])(
    'a mail address without quotes is told none of, as long as its sign is there: %s',
    (mail) => {
      expect(leaks(statementShape(`SELECT a FROM t WHERE b = ${mail} AND c = 1`))).toEqual([]);
    },
  );

  test('cut off anywhere, as the server cuts what is too long, tells none of it', () => {
    // A quoted name that is a plain word is a name: where the cut makes one of two quotes, it looks like that.
    for (const { text } of STATEMENTS.filter(({ text }) => !text.includes('""')))
      for (let end = 0; end < text.length; end++)
        expect([text.slice(0, end), ...leaks(statementShape(text.slice(0, end)))]).toEqual([
          text.slice(0, end),
        ]);
  });

  test('cut off in the middle of a letter of several bytes tells none of it', () => {
    for (const { text } of STATEMENTS) {
      const bytes = Buffer.from(`SELECT 'ééé${NAME}é', ${text.slice(7)}`);
      for (let end = 8; end < 40; end++)
        expect(leaks(statementShape(bytes.subarray(0, end).toString()))).toEqual([]);
    }
  });

  test('behind 1,024 characters of anything is told no more of', () => {
    for (const { text } of STATEMENTS) {
      const long = `SELECT '${'x'.repeat(990)}', ${text.slice(7)}`.slice(0, 1_024);
      expect(leaks(statementShape(long))).toEqual([]);
    }
  });
});

describe('a secret', () => {
  const secret = fc.stringMatching(/^[a-z]{10}[0-9]{6}$/);
  const noise = fc.string({ unit: fc.constantFrom(...`ab '"$\\-/*;,(){}1.@é\n`), maxLength: 12 });
  /** By where it may stand: what is inside must not end it before its own end, whichever way the server reads it. */
  const literal = fc.tuple(secret, noise, fc.integer({ min: 0, max: 7 })).map(([value, around, kind]) => {
    const inside = `${around.replace(/['"$\\*/\n]/g, '')}${value}`;
    const written = [
      `'${around.replaceAll("'", "''").replaceAll('\\', '\\\\')}${value}'`,
      `E'${around.replace(/['\\]/g, '\\$&')}${value}'`,
      `$tag$${around.replaceAll('$', '')}${value}$tag$`,
      `/* ${inside} */ 1`,
      `-- ${inside}\n1`,
      `" ${inside}"`,
      `'it\\'s ${inside}'`,
      `U&'${inside}'`,
    ];
    return { value, text: written[kind] ?? '' };
  });

  test('as any literal, several of them, whole or cut off, never survives', () => {
    fc.assert(
      fc.property(fc.array(literal, { minLength: 1, maxLength: 4 }), fc.nat(200), (literals, cut) => {
        const text = `SELECT ${literals.map(({ text }) => text).join(', ')} FROM t`;
        for (const told of [statementShape(text), statementShape(text.slice(0, cut))])
          for (const { value } of literals) expect(told).not.toContain(value.slice(0, 8));
      }),
      { numRuns: 5_000 },
    );
  });
});
