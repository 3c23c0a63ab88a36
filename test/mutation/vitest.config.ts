import { defineConfig } from 'vitest/config';

/** The tests of the planner and the parser alone, in one worker: more than a thousand mutants, each a run of these. */
export default defineConfig({
  test: {
    include: [
      'test/core/scenarios-*.test.ts',
      'test/core/plan/plan.properties.test.ts',
      'test/core/{parse-policy,policy-}*.test.ts',
      'test/core/{address,name-pattern,slots,candidates}.test.ts',
    ],
    isolate: false,
  },
});
