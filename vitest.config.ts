import { defaultExclude, defineConfig } from 'vitest/config';

// Tests import the packages' sources through this export condition, so no build stands between an edit and its test.
const conditions = ['@grapevine/source', 'node', 'import', 'default'];
const slow = process.env.GRAPEVINE_TIER === 'slow';

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: slow
      ? ['{packages/*/test,apps/*/test,test}/**/*.slow.test.ts']
      : ['{packages/*/test,apps/*/test,test}/**/*.test.ts'],
    exclude: slow ? defaultExclude : [...defaultExclude, '**/*.slow.test.ts'],
    maxWorkers: 2,
    testTimeout: slow ? 600_000 : 30_000,
    hookTimeout: slow ? 600_000 : 30_000,
  },
});
