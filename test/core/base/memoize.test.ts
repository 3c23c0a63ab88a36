import { describe, expect, test } from 'vitest';
import { memoize } from '../../../functions/core/base/memoize.ts';

const MANY = 25_000;

function counting() {
  const asked: string[] = [];
  const answer = memoize((text) => {
    asked.push(text);
    return text.length;
  });
  return { asked, answer };
}

describe('A memoized function of a text', () => {
  test('is asked once for each text', () => {
    const { asked, answer } = counting();
    expect(['a', 'bb', 'a', 'bb'].map(answer)).toEqual([1, 2, 1, 2]);
    expect(asked).toEqual(['a', 'bb']);
  });

  test('forgets texts when there are more than ten thousand, so that hostile names do not fill a warm function', () => {
    const { asked, answer } = counting();
    answer('first');
    for (let at = 0; at < MANY; at += 1) answer(`name-${at}`);
    expect(asked.length).toBe(MANY + 1);
    expect(answer('first')).toBe(5);
    expect(asked.length).toBe(MANY + 2);
  });

  test('keeps the last texts while it forgets', () => {
    const { asked, answer } = counting();
    for (let at = 0; at < MANY; at += 1) answer(`name-${at}`);
    answer(`name-${MANY - 1}`);
    expect(asked.length).toBe(MANY);
  });
});
