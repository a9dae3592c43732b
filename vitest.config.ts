import { defineConfig } from 'vitest/config';

/** Proofs that start servers, whole applications or many processes: `npm run test:slow`, which CI runs too. */
export const slow = [
  'test/slow/**/*.test.ts',
  'test/samples/**/*.test.ts',
  'test/serve/{bad-input,kubectl,kubectl-work,socket}.test.ts',
  'test/state/{bad-places,crash}.test.ts',
  'test/cluster/{fill,stamp-nodes,whole-file}.test.ts',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: slow,
    globalSetup: 'test/temporary-files.ts',
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
