import { describe, expect, test } from 'vitest';
import { type Advice, forOperator, sqlPaste } from '../../functions/core/advice/advice.ts';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import { factsOf } from '../../functions/render/base/facts.ts';
import { nextSteps, stepLines, stepsOf } from '../../functions/render/message/next-steps.ts';
import { INCIDENTS, OBSERVED } from '../support/incidents.ts';

const steps = (count: number): readonly Advice[] =>
  Array.from({ length: count }, (_, at) =>
    forOperator(`Step ${at + 1}.`, sqlPaste([`ALTER ROLE r${at + 1} RESET ALL;`])),
  );
const MORE = / more steps? (is|are) below, with the details\.$/;

describe('what comes next', () => {
  test('is all on the screen where it fits', () => {
    const { first, rest } = nextSteps(steps(3), 6);
    expect(first.lines).toEqual(stepLines(steps(3)));
    expect(rest.lines).toEqual([]);
  });

  test.each([0, 6, 7, 8, 9, 10, 11])(
    'fills no more than %d lines, or the fewest, and loses nothing',
    (room) => {
      const { first, rest } = nextSteps(steps(6), room);
      const told = first.lines.filter((line) => !MORE.test(line));
      expect(first.lines.length).toBeLessThanOrEqual(Math.max(6, room));
      expect([...told, ...rest.lines]).toEqual(stepLines(steps(6)));
      expect(first.lines.at(-1)).toMatch(MORE);
      expect(first.lines.at(-1)).toContain(`${rest.lines.length / 2} more`);
    },
  );

  test('begins on the screen, however long it is', () => {
    const long = forOperator(
      'To paste:',
      sqlPaste(Array.from({ length: 40 }, (_, at) => `ALTER ROLE r${at} RESET ALL;`)),
    );
    const { first, rest } = nextSteps([long, ...steps(1)], 10);
    expect(first.lines).toHaveLength(42);
    expect(rest.lines).toEqual(['  2. Step 1.', '       ALTER ROLE r1 RESET ALL;']);
  });

  test.each(Object.entries({ ...INCIDENTS, ...OBSERVED }))('after %s is six steps at most', (_, incident) => {
    expect(stepsOf(factsOf(explain(incident(), []))).length).toBeLessThanOrEqual(6);
  });

  test('for an observing run is a look, the end by hand, who would bear it, then how to let it act', () => {
    const [look, end, bears, acts] = stepsOf(
      factsOf(explain(OBSERVED['observe-recovered']?.() ?? INCIDENTS.healthy(), [])),
    );
    expect(look?.paste?.lines.slice(0, 2)).toEqual([
      'SET search_path TO pg_catalog;',
      'SELECT pid, application_name, state, state_change, left(query, 40)',
    ]);
    expect(end?.paste?.lines.slice(0, 3)).toEqual([
      'SET search_path TO pg_catalog;',
      'SELECT pg_stat_clear_snapshot();',
      'SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity',
    ]);
    expect(bears?.text).toMatch(/^Before you switch to enforce/);
    expect(acts?.text).toMatch(/^To let it act/);
  });

  test.each([
    ['high', false],
    ['medium', true],
  ] as const)(
    'beside a cause with confidence %s, "the refusal may be over" is said: %s',
    (confidence, isSaid) => {
      const facts = factsOf(explain(INCIDENTS.unexplained(), []));
      const diagnosis = { cause: 'connection-leak', confidence, evidence: [], culprits: [] } as const;
      const texts = stepsOf({ ...facts, diagnosis }).map(({ text }) => text);
      expect(texts.some((text) => text.includes('may be over'))).toBe(isSaid);
    },
  );
});
