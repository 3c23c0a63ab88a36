import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Held, heldBy } from '../../../functions/core/server/held-by-statement.ts';
import { isHidden } from '../../../functions/core/server/session.ts';
import {
  heldByRedacted,
  redactStatements,
  STATEMENT_CHOICES,
  type StatementChoice,
} from '../../../functions/core/server/statement-choice.ts';
import { statementShape } from '../../../functions/core/server/statement-shape.ts';
import { aHiddenSession, aPlan, aPolicy, aSession, aSnapshot } from '../../support/builders.ts';

const STATEMENT = "SELECT id FROM users WHERE mail = 'a@b.c'";

test.each([
  ['off', null],
  ['shape', 'SELECT id FROM users WHERE mail = ?'],
  ['full', STATEMENT],
] as const)('%s tells %j', (choice, told) => {
  expect(redactStatements(choice)(STATEMENT, 'UTF8')).toBe(told);
});

/** As the server sends a text that an application has sent in this encoding. */
function escaped(text: string, encoding: BufferEncoding = 'utf8'): string {
  return Buffer.from(text, encoding)
    .toString('latin1')
    .replaceAll('\\', '\\\\')
    .replace(/[\x80-\xff]/g, (byte) => `\\${byte.charCodeAt(0).toString(8)}`);
}

function toldBy(choice: StatementChoice): (statement: string) => string | null {
  const tell = redactStatements(choice);
  return (statement) => tell(escaped(statement), 'UTF8');
}

describe.each(STATEMENT_CHOICES)('with statements %s', (choice) => {
  const told = toldBy(choice);

  const HOLDING: readonly (readonly [statement: string, detail: string])[] = [
    ['LISTEN orders', 'listens for notifications'],
    ['-- for bob\nLISTEN orders', 'listens for notifications'],
    ['SELECT \'x\'; listen "my channel"', 'listens for notifications'],
    ["SELECT 'C:\\'; LISTEN ch", 'listens for notifications'],
    ["SELECT pg_backup_start('nightly', true)", 'runs a backup'],
    ["SELECT 'C:\\', pg_start_backup('nightly', false, false)", 'runs a backup'],
    [
      'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_export_snapshot()',
      'exports its snapshot, as a dump does',
    ],
  ];

  test.each(HOLDING)('a session that holds something is protected: %j', (statement, detail) => {
    const holder = aSession({ pid: 1, lastStatement: told(statement) });
    const others = [2, 3, 4].map((pid) => aSession({ pid }));
    const snapshot = aSnapshot({ slots: { max: 7 }, sessions: [holder, ...others] });
    const { victims, spared } = aPlan({
      snapshot,
      policy: aPolicy({ limits: { keepPerGroup: 0, maxPercent: 100 } }),
    });
    expect(spared.find(({ session }) => session === holder)?.detail).toBe(detail);
    expect(victims.map(({ session }) => session)).not.toContain(holder);
  });

  test.each([
    "SELECT 'x; LISTEN ch'",
    'SELECT 1 -- ; LISTEN ch',
    'UNLISTEN *',
    'SELECT 1',
    "SELECT 'pg_backup_start(1)'",
    'SELECT * FROM pg_backup_stop()',
  ])('one that does not is not: %j', (statement) => {
    expect(heldByRedacted(told(statement) ?? '')).toEqual([]);
  });

  test('a row that our role may not read is still known to be hidden', () => {
    const { lastStatement } = aHiddenSession();
    expect(isHidden(aHiddenSession({ lastStatement: told(lastStatement ?? '') }))).toBe(true);
  });

  test('any text holds as much as its shape says', () => {
    const pieces = [
      'listen',
      'SELECT pg_backup_start(',
      'pg_backup_stop()',
      'GRANT EXECUTE ON FUNCTION ',
      'LISTEN ch',
      ';',
      ' ',
      '\n',
      "'",
      "E'",
      '"',
      '$$',
      '$a$',
      '--',
      '/*',
      '*/',
      '\\',
      '$1',
      'x',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (some) => {
        const text = some.join('');
        expect(heldByRedacted(told(text) ?? '')).toEqual(heldBy(statementShape(text)));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('A statement in any encoding', () => {
  const LATIN1 = "SELECT größe FROM t WHERE name = 'José'; LISTEN ch";
  const bytes = escaped(LATIN1, 'latin1');

  test.each([
    ['shape', 'LATIN1', 'SELECT größe FROM t WHERE name = ?; LISTEN ch'],
    ['shape', 'UTF8', 'SELECT gr??e FROM t WHERE name = ?; LISTEN ch'],
    ['shape', 'MULE_INTERNAL', 'SELECT gr??e FROM t WHERE name = ?; LISTEN ch'],
    ['shape', null, 'SELECT gr??e FROM t WHERE name = ?; LISTEN ch'],
    ['full', 'LATIN1', LATIN1],
    ['full', 'SQL_ASCII', "SELECT gr??e FROM t WHERE name = 'Jos?'; LISTEN ch"],
    ['off', 'SQL_ASCII', 'LISTEN'],
  ] as const)('%s tells of one in %s: %j', (choice, encoding, told) => {
    expect(redactStatements(choice)(bytes, encoding)).toBe(told);
  });

  const HIDING: readonly (readonly [statement: string, held: readonly Held[]])[] = [
    ["SELECT 'Jos\xe9'; LISTEN ch", ['notifications']],
    ["SELECT pg_backup_start('\xc4\xe3')", ['backup']],
    ['SELECT $\xe9$; LISTEN ch $\xe9$', []],
    ["SELECT $\xe9$ it's $\xe9$; LISTEN ch", ['notifications']],
    ['SELECT 1;\xa0LISTEN ch', []],
    ['\xe9LISTEN ch', []],
    ['SELECT \xe9pg_backup_start(1)', []],
  ];

  test.each(HIDING)('bytes that mean nothing neither hide nor make what is held: %j', (statement, held) => {
    for (const choice of ['off', 'shape'] as const) {
      const told = redactStatements(choice)(escaped(statement, 'latin1'), 'MULE_INTERNAL');
      expect(heldByRedacted(told ?? '')).toEqual(held);
    }
  });

  test('a letter that is cut off at the end is left out', () => {
    const cut = (encoding: string, last: string) =>
      redactStatements('full')(escaped(`SELECT a${last}`, 'latin1'), encoding);
    expect([cut('UTF8', '\xc3'), cut('EUC_JP', '\xc6'), cut('UTF8', '\xe2\x82')]).toEqual([
      'SELECT a',
      'SELECT a',
      'SELECT a',
    ]);
  });
});
