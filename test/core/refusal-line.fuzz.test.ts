import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalIn } from '../../functions/core/refusal-line.ts';

/** What clients choose, and what surrounds it in a log, in any order and number. */
const PIECES = fc.constantFrom(
  '2026-11-21 03:15:20 UTC',
  ':10.0.3.17(51234):',
  '2600:1f18::1(5)',
  '[local]',
  'app@orders',
  '@',
  ':',
  '[unknown]',
  ':[26661]:',
  ' [15634] ',
  ' 53300 ',
  ':1:53300:',
  ' 5eeb64e3.1 orders 140697304617088 [unknown] 0 dn_6001 53300  0 [BACKEND] ',
  'user=app,db=orders,client=',
  'FATAL:  ',
  'LOG:  ',
  'sorry, too many clients already',
  'too many connections for role "',
  'active/non-active/reserved: 5/508/3',
  'C-0x55d0: a/b@c:1 ',
  '\n',
  '\u0000',
  '\u001b[31m',
  '"',
  '\\',
);

const hostile = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: PIECES }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }),
    {
      maxLength: 40,
    },
  )
  .map((pieces) => pieces.join(''));

describe('Hostile lines', () => {
  test('are refusals with bounded names, or none', () => {
    fc.assert(
      fc.property(hostile, (line) => {
        const refusal = refusalIn(line);
        for (const name of [refusal?.user, refusal?.database, refusal?.address])
          if (typeof name === 'string')
            expect(name.length).toSatisfy((length: number) => length > 0 && length <= 255);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a client hides no refusal behind its name, unless that looks like a severity, and makes none', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 63 })
      .filter((text) => !/[A-Z]: {2}|53300/.test(text));
    const prefixed = (user: string, said: string) =>
      `2026-11-21 03:15:20 UTC:10.0.3.17(51234):${user}@orders:[26661]:${said}`;
    fc.assert(
      fc.property(name, (user) => {
        expect(refusalIn(prefixed(user, 'FATAL:  sorry, too many clients already'))?.kind).toBe('server');
        expect(refusalIn(prefixed(user, 'FATAL:  role does not exist'))).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  /** Each grows what one of the patterns might go over again and again. */
  test.each([
    'a',
    ' ',
    ':',
    ':  ',
    '@',
    ':[1]:',
    ':[1]:1:AAAAA:',
    'code ',
    '53300 ',
    'active/',
    'C-0x1: a/',
    'C-0x1: a/@a',
    'user=',
    '[',
    '(',
    'FATAL:   ',
    '/[x',
    ' 1',
    '\n',
  ])('of 10 kB of %j are read in steps, not in years', (piece) => {
    const long = piece.repeat(10_240 / piece.length);
    const lines = [
      long,
      `2026-11-21 03:15:20 UTC:10.0.3.17(51234):${long}FATAL:  sorry, too many clients already`,
      `2026-11-21 03:15:20 UTC [1] ${long} FATAL:  ${long}`,
      `2026-11-21 03:15:20.123 1.1 orders 1 ${long} FATAL:  ${long}`,
      `too many clients already ${long}`,
      `C-0x1: ${long}`,
    ];
    expect(lines.map((line) => refusalIn(line)?.kind ?? null).slice(4, 5)).toEqual(['server']);
  });

  test('what a line says after 16 kB is not read', () => {
    expect(refusalIn(`${'x'.repeat(16_384)}sorry, too many clients already`)).toBeNull();
    expect(refusalIn(`${'x'.repeat(10_000)}sorry, too many clients already`)?.kind).toBe('server');
  });
});
