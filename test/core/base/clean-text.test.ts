import { describe, expect, test } from 'vitest';
import { cleanMessage, cleanName, toAscii } from '../../../functions/core/base/clean-text.ts';

describe('cleanName', () => {
  test.each([
    ['a plain name stays', 'billing-worker (v2) é 請求 \u{1f418}', 'billing-worker (v2) é 請求 \u{1f418}'],
    ['an empty name has a word', '', '(none)'],
    ['line breaks and tabs are written out', 'a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['escape sequences lose their escape', '\u001b[31mred', '\\u{1b}[31mred'],
    ['bidi controls show', 'a\u202eb', 'a\\u{202e}b'],
    ['letters that reorder digits show as numbers', 'אב', '\\u{5d0}\\u{5d1}'],
    ['spaces that are none show', 'a\u00a0b', 'a\\u{a0}b'],
    ['a second space shows, for it passes for a column', 'a  b', 'a \\u{20}b'],
    ['a leading space shows', ' a', '\\u{20}a'],
    ['a link is none any more', 'see https://example.org', 'see https[:]//example.org'],
    ['a lone surrogate shows', 'a\ud800', 'a\\u{d800}'],
  ])('%s', (_, name, expected) => expect(cleanName(name)).toBe(expected));

  test('a long name is cut, with dots, and never inside an escape', () => {
    expect(cleanName('x'.repeat(64))).toBe('x'.repeat(64));
    expect(cleanName('x'.repeat(65))).toBe(`${'x'.repeat(61)}...`);
    expect(cleanName('\u202e'.repeat(10_000), 20)).toBe('\\u{202e}\\u{202e}...');
  });

  test('what is clean stays as it is when cleaned again', () => {
    for (const name of ['a\nb', ' a  b', 'x'.repeat(100), 'http://a', '\u{1f418}'.repeat(50)])
      expect(cleanName(cleanName(name))).toBe(cleanName(name));
  });
});

test('cleanMessage keeps our lines and indentation, and bounds both', () => {
  expect(cleanMessage('two problems:\n  a: found \u0007\n  b')).toBe('two problems:\n  a: found \\u{7}\n  b');
  expect(cleanMessage('x\n'.repeat(100), 2)).toBe('x\nx\nand 99 more lines');
});

test('toAscii replaces what a subject may not hold', () => {
  expect(toAscii('é \u{1f418} ok')).toBe('? ? ok');
});
