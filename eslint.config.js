import tseslint from 'typescript-eslint';

// biome formats and lints. This adds only what needs types (promises that are not awaited), and the walls between packages.

/** What each package may import besides its own files: the table in docs/architecture.md. */
const walls = {
  'packages/postcard': [],
  'packages/proto': ['@grapevine/postcard'],
  'packages/net': [
    '@grapevine/proto',
    '@grapevine/postcard',
    '@noble/ed25519',
    '@noble/hashes',
    '#ed25519',
    '#ed25519-async',
    '#hash',
    'hash-wasm',
    'node:',
  ],
  'packages/api': ['@grapevine/net', '@grapevine/proto', '#endpoint'],
  'packages/iroh': ['@grapevine/net', '@number0/iroh', 'node:'],
  'packages/rpc': ['@grapevine/api', '@grapevine/net', '@grapevine/postcard', '@grapevine/proto/check', 'node:'],
  'packages/sim': ['@grapevine/proto'],
  'packages/mdns': ['@grapevine/net', '@grapevine/proto', 'multicast-dns', 'dns-packet', 'node:'],
  'packages/web': ['@grapevine/net', '@grapevine/postcard'],
  'packages/web/src/listener': ['@grapevine/net', '@grapevine/postcard', 'node:'],
  'packages/metrics': ['@grapevine/net', '@grapevine/proto/check', 'prom-client', 'node:'],
};

const escapeRegex = (name) => name.replaceAll('/', '\\/').replaceAll('.', '\\.');
const wall = ([folder, allowed]) => ({
  files: [folder.includes('/src') ? `${folder}/**/*.ts` : `${folder}/src/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(?!\\.${allowed.map((name) => `|${escapeRegex(name)}${name.endsWith(':') ? '' : '(\\/|$)'}`).join('')})`,
            message: `${folder} may import only: ${allowed.join(', ') || 'its own files'} (see docs/architecture.md).`,
          },
        ],
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/*.mjs', '*.js', '.cache/**'] },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/only-throw-error': 'error',
    },
  },
  {
    // What runs in a browser has the DOM's types.
    files: ['apps/web/page/**/*.ts'],
    languageOptions: { parserOptions: { project: './apps/web/page/tsconfig.json' } },
  },
  ...Object.entries(walls).map(wall),
  {
    // Whole nodes run in virtual time: see Clock in packages/net/src/util/clock.ts.
    files: ['packages/net/src/**/*.ts'],
    ignores: [
      'packages/net/src/identity/ed25519/node.ts',
      'packages/net/src/quic/**',
      'packages/net/src/compliance/**',
      'packages/net/src/util/clock.ts',
    ],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({
          name,
          message: 'Ask the clock that was handed in.',
        })),
        { name: 'Buffer', message: 'Browsers have none: see util/bytes.ts.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Ask the clock that was handed in.' },
        { object: 'AbortSignal', property: 'timeout', message: 'Ask the clock that was handed in.' },
      ],
    },
  },
);
