import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isHidden } from '../../functions/core/session.ts';
import { listens, STATEMENT_CHOICES, toldOf } from '../../functions/core/statement-choice.ts';
import { isListen, statementShape } from '../../functions/core/statement-shape.ts';
import { aHiddenSession, aPlan, aPolicy, aSession, aSnapshot } from '../support/builders.ts';

const STATEMENT = "SELECT id FROM users WHERE mail = 'a@b.c'";

test.each([
  ['off', null],
  ['shape', 'SELECT id FROM users WHERE mail = ?'],
  ['full', STATEMENT],
] as const)('%s tells %j', (choice, told) => {
  expect(toldOf(choice)(STATEMENT)).toBe(told);
});

describe.each(STATEMENT_CHOICES)('with statements %s', (choice) => {
  const told = toldOf(choice);

  test.each([
    'LISTEN orders',
    '-- for bob\nLISTEN orders',
    'SELECT \'x\'; listen "my channel"',
    "SELECT 'C:\\'; LISTEN ch",
  ])('a session that listens is protected: %j', (statement) => {
    const listener = aSession({ pid: 1, lastStatement: told(statement) });
    const others = [2, 3, 4].map((pid) => aSession({ pid }));
    const snapshot = aSnapshot({ slots: { max: 7 }, sessions: [listener, ...others] });
    const { victims, spared } = aPlan({
      snapshot,
      policy: aPolicy({ limits: { keepPerGroup: 0, maxPercent: 100 } }),
    });
    expect(spared.find(({ session }) => session === listener)?.detail).toBe('listens for notifications');
    expect(victims.map(({ session }) => session)).not.toContain(listener);
  });

  test.each(["SELECT 'x; LISTEN ch'", 'SELECT 1 -- ; LISTEN ch', 'UNLISTEN *', 'SELECT 1'])(
    'one that does not is not: %j',
    (statement) => {
      expect(listens(told(statement) ?? '')).toBe(false);
    },
  );

  test('a row that our role may not read is still known to be hidden', () => {
    const { lastStatement } = aHiddenSession();
    expect(isHidden(aHiddenSession({ lastStatement: told(lastStatement ?? '') }))).toBe(true);
  });

  test('any text listens as much as its shape says', () => {
    const pieces = [
      'listen',
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
        expect(listens(told(text) ?? '')).toBe(isListen(statementShape(text)));
      }),
      { numRuns: 3_000 },
    );
  });
});
