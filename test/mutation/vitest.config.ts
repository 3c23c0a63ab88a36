import { defineConfig } from 'vitest/config';

/** The tests of the planner, the parser and the warnings alone, in one worker: more than a thousand mutants, each a run of these. */
export default defineConfig({
  test: {
    include: [
      'test/core/plan/*.test.ts',
      'test/core/policy/{parse-policy,policy-}*.test.ts',
      'test/core/base/address.test.ts',
      'test/core/warning/*.test.ts',
      'test/core/server/{name-pattern,slots,program-stem,program-counts}.test.ts',
    ],
    // They measure time. With them a mutant takes some seconds more.
    exclude: ['test/core/plan/many-limits.test.ts'],
    isolate: false,
    // As in the other lanes: a busy machine may take ten times as long as a quiet one.
    testTimeout: 600_000,
  },
});
