// `npm run test:slow`: proofs that take minutes.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/slow/**/*.test.ts'], pool: 'threads', maxWorkers: 1, testTimeout: 240_000, hookTimeout: 60_000 },
});
