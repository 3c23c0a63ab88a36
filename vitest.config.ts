import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most tests wait for a server: Vitest's own choice, one worker less than cores, would leave two cores idle.
    maxWorkers: Math.max(3, availableParallelism()),
    // A file starts a server of its own (about a second), and a full server is slow to fill on two busy cores.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'reports/tests.json' }]] : ['default'],
  },
});
