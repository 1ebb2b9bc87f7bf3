// What `npm run build` does in each published package after the types: one JavaScript file for each entry, and what several entries share.
// Entries are what package.json names, and its arguments, e.g. `src/cli.ts`. Hundreds of modules would take a process 10 MB of memory
// (`npm run bench -- M1`).
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { withPureInitialisers } from './lib/pure.mjs';

const SOURCE = '@grapevine/source';

/** Every module that a package.json names, by the condition for sources. @returns {string[]} */
function namedIn(value) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === SOURCE ? [inner] : namedIn(inner)));
}

const { exports, imports, sideEffects } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Repeats for each statement what `sideEffects` promises of the modules, which are no more. */
const pureInitialisers = {
  name: 'pure initialisers',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: withPureInitialisers(readFileSync(path, 'utf8'), path),
      loader: 'ts',
    }));
  },
};

// Names of shared files change with their contents: what an earlier build has left is not packed beside them.
for (const file of existsSync('dist') ? readdirSync('dist', { recursive: true, encoding: 'utf8' }) : []) {
  if (/\.js(\.map)?$/.test(file)) rmSync(join('dist', file));
}

const { outputFiles } = await build({
  write: false,
  entryPoints: [...new Set([...namedIn(exports), ...namedIn(imports), ...process.argv.slice(2)])],
  outbase: 'src',
  outdir: 'dist',
  // Beside the others: sources find files of theirs from where they stand.
  chunkNames: 'shared-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  // Other packages stay packages, and which file `#hash` is depends on the runtime.
  packages: 'external',
  external: ['#*', 'node:*'],
  plugins: sideEffects === false ? [pureInitialisers] : [],
  // The sources are packed, too.
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});

for (const { path, text } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  if (!path.endsWith('.js')) writeFileSync(path, text);
  else writeFileSync(path, withConstants(withNames(sideEffects === false ? withoutBareImports(text) : text)));
}

/** esbuild imports shared files for their effects, which they do not have, and which other bundlers warn of. Lines stay where they are. */
function withoutBareImports(code) {
  return code.replaceAll(/^import "\.[^"]*";$/gm, '');
}

/** esbuild writes `var Topic = class _Topic` where a class speaks of itself: it would be called `_Topic` in stack traces and errors. */
function withNames(code) {
  const names = [...code.matchAll(/^var (\w+) = class _\1\b/gm)].map(([, name]) => name);
  return names.reduce((result, name) => result.replaceAll(new RegExp(`\\b_${name}\\b`, 'g'), name), code);
}

/** esbuild writes `var` for what the sources call constant. With `const` before names in capitals a page's bundler puts their values where they are used. */
function withConstants(code) {
  return code.replaceAll(/^var (?=[A-Z][A-Z0-9_]* = )/gm, 'const ');
}
