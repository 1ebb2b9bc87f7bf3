import { defaultExclude, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

// Tests import the packages' sources through this export condition, so they need no build.
const conditions = ['@grapevine/source', 'node', 'import', 'default'];

/** The tier of tests by the end of the file's name. All other files are ordinary tests. */
const suffixes: Record<string, string> = {
  slow: '.slow.test.ts',
  parallel: '.parallel.test.ts',
  interop: '.interop.test.ts',
  'interop-slow': '.interop.slow.test.ts',
};
/** Packages whose properties the long tier tries more often. */
const PROPERTIES = '{packages/postcard/test,packages/proto/test,packages/sim/test}/**/*.test.ts';
/**
 * Ordinary tests of what has neither IO nor state outside of its objects: their files share two processes, which load it once each. All others
 * have a process for each file.
 */
const SHARED = '{packages/postcard/test,packages/proto/test,packages/sim/test,packages/net/test/gossip}/**/*.test.ts';
/** What it tests is loaded by a process at its first payload. */
const NOT_SHARED = 'packages/net/test/gossip/hash.test.ts';
const tier = process.env.GRAPEVINE_TIER ?? 'ordinary';
const suffix = suffixes[tier] ?? '.test.ts';
/** Suffixes of other tiers that end in this one's. */
const others = Object.values(suffixes).filter((other) => other !== suffix && other.endsWith(suffix));
const excluded = [...defaultExclude, ...others.map((other) => `**/*${other}`)];
const timeouts: Record<string, number> = {
  long: 3_600_000,
  slow: 600_000,
  parallel: 600_000,
  interop: 120_000,
  'interop-slow': 600_000,
};
// Half a minute is enough on a quiet machine; a busy one gets as much again.
const timeout = timeouts[tier] ?? 60_000;

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: projects(),
    globalSetup: ['test/support/temporary.ts'],
    setupFiles: ['test/support/properties.setup.ts'],
    exclude: excluded,
    // The slow tier measures delays and CPU, which a second file at the same time would change. The parallel tier waits most of the time.
    maxWorkers: { slow: 1, parallel: 4 }[tier] ?? 2,
    // A figure on real sockets may miss its bound because of another process on the machine. A second try is printed as one.
    retry: tier === 'slow' || tier === 'parallel' ? 1 : 0,
    testTimeout: timeout,
    hookTimeout: timeout,
  },
});

/** The tests of a tier, in parts that are run in different ways. */
function projects(): TestProjectInlineConfiguration[] {
  const all = `{packages/*/test,apps/*/test,internal/*/test,test}/**/*${suffix}`;
  if (tier === 'long') return [part({ name: 'properties', include: [PROPERTIES] })];
  if (tier !== 'ordinary') return [part({ name: tier, include: [all] })];
  return [
    part({ name: 'shared', isolate: false, include: [SHARED], exclude: [...excluded, NOT_SHARED] }),
    part({ name: 'alone', include: [all], exclude: [...excluded, SHARED] }),
    part({ name: 'loading', include: [NOT_SHARED] }),
  ];
}

function part(test: NonNullable<TestProjectInlineConfiguration['test']>): TestProjectInlineConfiguration {
  return { extends: true, test };
}
