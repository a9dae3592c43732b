// `npm run test:slow`: proofs that take minutes.
import { defineConfig } from 'vitest/config';
import { slow } from './vitest.config.ts';

export default defineConfig({
  test: {
    globalSetup: 'test/temporary-files.ts',
    include: slow,
    pool: 'threads',
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
