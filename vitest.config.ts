import { defaultExclude, defineConfig } from 'vitest/config';

// Tests import the packages' sources through this export condition, so no build stands between an edit and its test.
const conditions = ['@grapevine/source', 'node', 'import', 'default'];

/** What the end of a file's name says about its tests; the ordinary ones are all others. */
const suffixes: Record<string, string> = {
  slow: '.slow.test.ts',
  interop: '.interop.test.ts',
  'interop-slow': '.interop.slow.test.ts',
};
const tier = process.env.GRAPEVINE_TIER ?? 'ordinary';
const suffix = suffixes[tier] ?? '.test.ts';
/** Endings of other tiers that end in this one's, too. */
const others = Object.values(suffixes).filter((other) => other !== suffix && other.endsWith(suffix));
const timeout = tier.endsWith('slow') ? 600_000 : tier === 'interop' ? 120_000 : 30_000;

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [`{packages/*/test,apps/*/test,internal/*/test,test}/**/*${suffix}`],
    exclude: [...defaultExclude, ...others.map((other) => `**/*${other}`)],
    maxWorkers: 2,
    testTimeout: timeout,
    hookTimeout: timeout,
  },
});
