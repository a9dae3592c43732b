import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], exclude: ['test/slow/**'], pool: 'threads', maxWorkers: 2, testTimeout: 20_000 },
});
