import { defineConfig } from 'vitest/config';

/** The tests of the planner and the parser alone, in one worker: more than a thousand mutants, each a run of these. */
export default defineConfig({
  test: {
    include: [
      'test/core/plan/*.test.ts',
      'test/core/policy/{parse-policy,policy-}*.test.ts',
      'test/core/base/address.test.ts',
      'test/core/server/{name-pattern,slots,program-stem,program-counts}.test.ts',
    ],
    isolate: false,
  },
});
