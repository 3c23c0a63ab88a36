import { describe, expect, test } from 'vitest';
import { forDeveloper, forOperator } from '../../../functions/core/advice/advice.ts';
import { urgencyOf } from '../../../functions/render/message/step-urgency.ts';
import { RECORDED } from '../../support/page-facts.ts';

const urgent = (text: string) => ({ ...forOperator(text), isNow: true }) as const;

describe('steps for now', () => {
  test('are those that free slots now, at most three', () => {
    const steps = [urgent('look'), urgent('end'), forOperator('cap'), urgent('resume'), urgent('one more')];
    const { now, later } = urgencyOf(steps);
    expect(now.map(({ text }) => text)).toEqual(['look', 'end', 'resume']);
    expect(later.map(({ text }) => text)).toEqual(['one more', 'cap']);
  });

  test('are the first step where none frees slots', () => {
    const { now, later } = urgencyOf([forDeveloper('wait'), forOperator('cap')]);
    expect([now.length, later.length]).toEqual([1, 1]);
  });

  test('and those for later are all steps, each once, in every recorded incident', () => {
    for (const { steps } of RECORDED.values()) {
      const { now, later } = urgencyOf(steps);
      expect(now.length).toBeLessThanOrEqual(3);
      expect(new Set([...now, ...later])).toEqual(new Set(steps));
    }
  });
});
