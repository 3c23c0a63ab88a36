import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most tests wait for a server: Vitest's own choice, one worker less than cores, would leave two cores idle.
    maxWorkers: Math.max(3, availableParallelism()),
    // They only end a test that hangs. On two quiet cores nothing takes a third of it; with a quarter of the CPU much does.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'reports/tests.json' }]] : ['default'],
  },
});
