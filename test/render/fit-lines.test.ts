import { describe, expect, test } from 'vitest';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { fitLines } from '../../functions/render/terminal/fit-lines.ts';

import { INCIDENTS } from '../support/incidents.ts';

describe('lines on a narrow screen', () => {
  test.each([
    ['a short line', 'short', 'short'],
    ['words', `${'word '.repeat(9)}end`, `${'word '.repeat(5)}word\nword word word end`],
    ['an indentation', `  ${'word '.repeat(7)}end`, `  ${'word '.repeat(4)}word\n  word word end`],
    ['a marker', `  - ${'word '.repeat(6)}end`, `  - ${'word '.repeat(4)}word\n    word end`],
    [
      'a colour',
      `\u001b[2m${'word '.repeat(6)}end\u001b[22m`,
      `\u001b[2m${'word '.repeat(5)}word\u001b[22m\n\u001b[2mend\u001b[22m`,
    ],
    ['a statement', `      ${'word '.repeat(9)}end`, `      ${'word '.repeat(9)}end`],
    ['a word without spaces', 'x'.repeat(40), 'x'.repeat(40)],
  ])('%s', (_, line, expected) => {
    expect(fitLines(line, 30)).toBe(expected);
  });
});

test('a paragraph that was filled for 80 columns is filled anew', () => {
  const [first, second] = [`  ${'word '.repeat(14)}more`, '  words'];
  expect(fitLines(`${first}\n${second}\n  next`, 60).split('\n')).toEqual([
    `  ${'word '.repeat(10)}word`,
    '  word word word more words',
    '  next',
  ]);
});

test('a line that is longer than 80 columns takes none of the next line', () => {
  const [long, next] = [`  ${'word '.repeat(20)}end`, '  Policy next'];
  expect(fitLines(`${long}\n${next}`, 60).split('\n').at(-1)).toBe(next);
});

test('the table of who held the slots fits 60 columns', () => {
  const text = fullTextOf(INCIDENTS.recovered(), [], 60);
  const [, table = ''] = /WHO HELD THE SLOTS\n(.*?)\n\n/s.exec(text) ?? [];
  expect(table).toMatch(/slots +share +application +user@database +oldest/);
  for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
});
