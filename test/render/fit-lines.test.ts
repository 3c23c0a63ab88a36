import { describe, expect, test } from 'vitest';
import { fitLines } from '../../functions/render/terminal/fit-lines.ts';

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
  const [first, second] = [`  ${'word '.repeat(15)}more`, '  words'];
  expect(fitLines(`${first}\n${second}\n  next`, 60).split('\n')).toEqual([
    `  ${'word '.repeat(10)}word`,
    '  word word word word more words',
    '  next',
  ]);
});
