// `npm run build` runs this in each published package, after the types. It writes one JavaScript file for each entry, and files that several
// entries share. Entries are the modules that package.json names, and the arguments, such as `src/cli.ts`. Hundreds of modules would take a
// process 8 MB more memory (`npm run bench -- M1`).
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { withPureInitialisers } from './lib/pure.mjs';

const SOURCE = '@grapevine/source';

/** Every source that a part of package.json names, under the condition for sources. @returns {string[]} */
function namedIn(value) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === SOURCE ? [inner] : namedIn(inner)));
}

const { exports, imports, sideEffects } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Repeats for each statement what `sideEffects` promises for each module, because one file has many modules. */
const pureInitialisers = {
  name: 'pure initialisers',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: withPureInitialisers(readFileSync(path, 'utf8'), path),
      loader: 'ts',
    }));
  },
};

// The names of shared files change with their contents. Those of an earlier build must not be packed.
for (const file of existsSync('dist') ? readdirSync('dist', { recursive: true, encoding: 'utf8' }) : []) {
  if (/\.js(\.map)?$/.test(file)) rmSync(join('dist', file));
}

const { outputFiles } = await build({
  write: false,
  entryPoints: [...new Set([...namedIn(exports), ...namedIn(imports), ...process.argv.slice(2)])],
  outbase: 'src',
  outdir: 'dist',
  // Beside the entries, because modules find their files by `import.meta.url`.
  chunkNames: 'shared-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  // Other packages stay imports. So does `#hash`, because its file depends on the runtime.
  packages: 'external',
  external: ['#*', 'node:*'],
  plugins: sideEffects === false ? [pureInitialisers] : [],
  // The source maps need no sources: those are in the package.
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});

for (const { path, text } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  if (!path.endsWith('.js')) {
    writeFileSync(path, text);
    continue;
  }
  const wide = /.*[\u0100-\uffff].*/.exec(text);
  if (wide) throw new Error(`${path} would take two bytes a character in memory. Write as \\u…: ${wide[0].trim()}`);
  writeFileSync(path, withConstants(withNames(sideEffects === false ? withoutBareImports(text) : text)));
}

/** Removes imports for side effects: esbuild writes them for shared files, which have none, and other bundlers warn of them. Keeps the lines. */
function withoutBareImports(code) {
  return code.replaceAll(/^import "\.[^"]*";$/gm, '');
}

/** Names classes as the sources do. esbuild writes `var Topic = class _Topic` for a class that uses its own name, and stack traces show `_Topic`. */
function withNames(code) {
  const names = [...code.matchAll(/^var (\w+) = class _\1\b/gm)].map(([, name]) => name);
  return names.reduce((result, name) => result.replaceAll(new RegExp(`\\b_${name}\\b`, 'g'), name), code);
}

/** Writes `const` for constants, whose names are in capitals. esbuild writes `var`, and the bundler of a page replaces only a `const` by its value. */
function withConstants(code) {
  return code.replaceAll(/^var (?=[A-Z][A-Z0-9_]* = )/gm, 'const ');
}
