import { expect, test } from 'vitest';
import { drawn, judgeDrawing, KINDS } from './judge.ts';

const evidenceOf = (name: string, seed: number) => {
  const kind = KINDS.find((each) => each.name === name);
  return kind === undefined ? [] : (judgeDrawing(kind, seed).diagnosis?.culprits[0]?.evidence ?? []);
};

test.each([
  ['leak of a superuser', /log in as a superuser, which also takes the slots reserved for superusers/],
  ['leak beside older sessions', /since .* ago, beside \d+ older session/],
  ['leak that ended', /; the last was opened .+ ago/],
  ['pools made anew', /a pool of \d+ sessions was opened .*, and none was closed/],
  ['many roles', /\d+ roles have (?:\d+ to )?\d+ sessions? each/],
  ['postgres_fdw', /another server .* one for each of its own sessions/],
  ['lock of autovacuum', /(?:has|have) waited first in the queue for .* wait behind/],
] as const)('the evidence on %s says what is particular to it', (name, words) => {
  const told = [0, 1, 2, 3, 4, 5].map((seed) => evidenceOf(name, seed).join('; '));
  expect(told.filter((text) => words.test(text)).length).toBeGreaterThanOrEqual(3);
});

test('a leak without a steady rate has an average and a range', () => {
  const told = Array.from({ length: 30 }, (_, seed) => evidenceOf('leak by day and night', seed).join('; '));
  expect(told.join('\n')).toMatch(/on average \(between [\d.]+ and [\d.]+ an hour\) over 1d/);
});

test('a drawing is the same each time', () => {
  for (const kind of KINDS) expect(drawn(kind, 7).scene).toEqual(drawn(kind, 7).scene);
});
