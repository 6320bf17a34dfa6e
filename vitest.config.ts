import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // ONNX Runtime already uses every core: one worker at a time keeps runs steady on two cores.
    pool: 'forks',
    maxWorkers: 2,
  },
});
