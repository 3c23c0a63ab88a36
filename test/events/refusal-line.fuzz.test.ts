import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { samplePrefix } from '../../functions/core/doctor/sample-prefix.ts';
import { refusalsInBatch } from '../../functions/events/log-batch.ts';
import { cpuMs } from '../support/cpu-time.ts';
import { LOG_PREFIXES, ODD_NAMES } from '../support/log-prefixes.ts';
import { refusalIn } from '../support/refusal-in.ts';

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

  test('take no piece of their prefix for a name, whatever the client is called', () => {
    const name = fc.oneof(
      fc.constantFrom(...ODD_NAMES),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    );
    const prefixes = LOG_PREFIXES.filter((prefix) => /%[ud]/.test(prefix));
    fc.assert(
      fc.property(fc.constantFrom(...prefixes), name, name, (prefix, user, database) => {
        // A name that looks like a key, an address or a value in quotes is told as one where the prefix has bare names; and what separates names is cut off at their ends.
        fc.pre(
          ![user, database].some((each) =>
            /[@=:()[\]{}<>]|^[\da-f.]+$|^[\s,;|/-]|[\s,;|/-]$|^".*"$/i.test(each),
          ),
        );
        const written = (text: string) => text.replaceAll('%', '%%');
        const named = prefix.replaceAll(/%[ud]/g, (letter) => written(letter === '%u' ? user : database));
        const begins = samplePrefix(named);
        const refusal = refusalIn(`${begins}FATAL:  sorry, too many clients already`);
        expect([null, undefined, user]).toContain(refusal?.user);
        expect([null, undefined, database]).toContain(refusal?.database);
        expect([null, undefined, '10.0.3.17']).toContain(refusal?.address);
      }),
      { numRuns: 3_000 },
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
    'code=53300x',
    '53300 ',
    'active/',
    'C-0x1: a/',
    'C-0x1: a/@a',
    'user=',
    'user="',
    '[',
    '(',
    'FATAL:   ',
    'FATAL: ',
    'ERROR: ',
    'FATAL:  x',
    'sorry, too many clients already ',
    'too many connections for role "',
    'remaining connection slots are reserved for ',
    'max clients reached ',
    '2026-11-21 03:15:20 UTC',
    '2026-11-21 03:15:20 UTC,"a",',
    '"',
    '""',
    '","',
    "'",
    "='",
    '`',
    '{"a":',
    '[{"message":"',
    '\\"',
    '\\',
    '\\\\\\\\\\\\\\\\query_wait_timeout',
    '"(\\\\"max clients reached',
    'x\n',
    '/[x',
    ' 1',
    '1.1.',
    '::',
    '\u001b[',
    '\n',
    '\t',
  ])('of 256 kB of %j are read in steps, not in years', (piece) => {
    const long = piece.repeat(262_144 / piece.length);
    const lines = [
      long,
      `2026-11-21 03:15:20 UTC:10.0.3.17(51234):${long}FATAL:  sorry, too many clients already`,
      `2026-11-21 03:15:20 UTC [1] ${long} FATAL:  ${long}`,
      `2026-11-21 03:15:20.123 1.1 orders 1 ${long} FATAL:  ${long}`,
      `2026-11-21 03:15:20.123 UTC,"${long}`,
      `2026-11-21 03:15:20.123 UTC,${long}`,
      `{"message":${JSON.stringify(long)}}`,
      `{${long}`,
      `error: ${long}`,
      `C-0x1: ${long}`,
    ];
    const before = cpuMs();
    refusalsInBatch(lines);
    // Some 5 ms; what goes over a line again and again takes minutes.
    expect(cpuMs() - before).toBeLessThan(3_000);
  });

  test('what a line says after 16 kB is not read', () => {
    expect(refusalIn(`${'x'.repeat(16_384)}: sorry, too many clients already`)).toBeNull();
    expect(refusalIn(`${'x'.repeat(10_000)}: sorry, too many clients already`)?.kind).toBe('server');
  });
});
