import { describe, expect, test } from 'vitest';
import { windowsOf } from '../../../functions/core/run/windows-of.ts';

const sizesOf = (victims: number, openSessions: number) => {
  const all = Array.from({ length: victims }, (_, at) => at);
  const windows = windowsOf(all, openSessions);
  expect(windows.flat()).toEqual(all);
  return windows.map(({ length }) => length);
};

describe('The victims of a run', () => {
  test.each([
    [0, []],
    [1, [1]],
    [32, [32]],
    [33, [32, 1]],
    [160, [32, 128]],
    [500, [32, 128, 128, 128, 84]],
  ])('when they are %i, are sent in statements of %j', (victims, sizes) => {
    expect(sizesOf(victims, 1_999)).toEqual(sizes);
  });

  test('are sent 32 at a time where the first look of a statement serves several', () => {
    expect(sizesOf(100, 2_000)).toEqual([32, 32, 32, 4]);
  });
});
