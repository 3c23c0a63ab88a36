import { describe, expect, test } from 'vitest';
import { type Figures, figuresOf, KINDS } from './judge.ts';

/** A part of what `npm run drawings` judges, with the same seeds. */
const DRAWINGS = 60;
/** One of sixty may be wrong by chance where 95 of a hundred are right. */
const LEAST_RIGHT = 0.95;

const figures = new Map<string, Figures>();
const sum = (of: (each: Figures) => number) =>
  [...figures.values()].reduce((total, each) => total + of(each), 0);

describe('of drawn incidents the diagnosis is right', () => {
  test.each(KINDS)('in 95 of 100: $name', (kind) => {
    const found = figuresOf(kind, DRAWINGS);
    figures.set(kind.name, found);
    expect(found.right).toBeGreaterThanOrEqual(DRAWINGS * LEAST_RIGHT);
  });

  test('in 97 of 100 of all, wrong with confidence in 3 of 1,000, and unclear in 2 of 100', () => {
    const drawings = sum((each) => each.drawings);
    expect(drawings).toBe(KINDS.length * DRAWINGS);
    expect(sum(({ right }) => right) / drawings).toBeGreaterThanOrEqual(0.97);
    expect(sum(({ wrong }) => wrong) / drawings).toBeLessThanOrEqual(0.003);
    expect(sum(({ unclear }) => unclear) / drawings).toBeLessThanOrEqual(0.02);
  });

  test('and the rate of a steady leak is within a fifth in 95 of 100', () => {
    const due = sum(({ rates }) => rates.due);
    expect(due).toBeGreaterThan(DRAWINGS);
    expect(sum(({ rates }) => rates.near) / due).toBeGreaterThanOrEqual(0.95);
  });
});
