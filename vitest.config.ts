import { defineConfig } from 'vitest/config';
import { LANES } from './test/lanes.ts';
import { LongestFirst } from './test/longest-first.ts';
import { workerCount } from './test/worker-count.ts';

export default defineConfig({
  test: {
    projects: Object.entries(LANES).map(([name, lane]) => ({
      extends: true as const,
      test: {
        name,
        include: [...lane.include],
        exclude: [...lane.exclude],
        isolate: lane.isolate,
        globalSetup: lane.isBuilt ? ['test/build-when-older.ts'] : [],
      },
    })),
    sequence: { sequencer: LongestFirst },
    maxWorkers: workerCount(),
    // They only end a test that hangs: a busy machine may take ten times as long as a quiet one.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'reports/tests.json' }]] : ['default'],
  },
});
