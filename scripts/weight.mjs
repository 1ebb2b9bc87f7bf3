// `npm run weight`: the parts of a bundle. It is built from the sources, because their folders name the parts. The page is built from
// the packages' bundles, and differs by a percent.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readArguments } from './lib/arguments.mjs';

const USAGE = `Prints what a bundle is made of: the chat page, or the first example of a README.

Usage: npm run weight -- [FILE]

  FILE    a README, such as packages/proto/README.md (default: the chat page)
  --help  this text`;

const { positionals, fail } = readArguments(USAGE, { allowPositionals: true });
if (positionals.length > 1) fail(`unexpected argument ${JSON.stringify(positionals[1])}`);
const [file] = positionals;
const { build } = await import('vite');
const root = fileURLToPath(new URL('..', import.meta.url));

/** Settings that bundle the first example of a file, as a module that exists only in memory. */
function exampleOf(path) {
  const [, example] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, path), 'utf8')) ?? [];
  if (example === undefined) throw new Error(`${path} has no example`);
  const input = join(root, 'example.ts');
  return {
    configFile: false,
    root,
    plugins: [
      { name: 'example', resolveId: (id) => (id === input ? id : null), load: (id) => (id === input ? example : null) },
    ],
    build: { target: 'es2022', modulePreload: false, rolldownOptions: { input } },
  };
}

/** Where a module of a bundle comes from, such as `net: gossip/link` or `@noble/hashes`. */
function partOf(path) {
  const [, library] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  if (library !== undefined) return library;
  const [, home, name, inside = ''] = /(packages|apps|internal)\/([^/]+)\/(.*)/.exec(path) ?? [];
  if (home === undefined) return 'the bundler and the example';
  const folders = inside.split('/').slice(1, -1).slice(0, 2);
  return folders.length === 0 ? name : `${name}: ${folders.join('/')}`;
}

const config = file === undefined ? { configFile: join(root, 'apps/web/vite.config.mjs') } : exampleOf(file);
const resolve = { conditions: ['@grapevine/source', 'module', 'browser', 'import'] };
const built = await build({ ...config, resolve, logLevel: 'error', build: { ...config.build, write: false } });
const chunks = new Map(built.output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]));

/** The chunks that a page loads before it runs: the entry, and its static imports. */
const first = new Set([...chunks.values()].filter(({ isEntry }) => isEntry));
for (const chunk of first) for (const name of chunk.imports) first.add(chunks.get(name));

const parts = new Map();
for (const { modules } of first) {
  for (const [path, { renderedLength }] of Object.entries(modules)) {
    parts.set(partOf(path), (parts.get(partOf(path)) ?? 0) + renderedLength);
  }
}
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const kB = (bytes) => (bytes / 1e3).toFixed(1);
const code = [...first].map((chunk) => chunk.code);
const minified = sum(code.map((text) => text.length));
const zipped = sum(code.map((text) => gzipSync(text).length));
const rendered = sum([...parts.values()]);
const rows = [...parts].sort(([, a], [, b]) => b - a);
const large = rows.filter(([, length]) => length >= rendered / 100);
const rest = sum(rows.slice(large.length).map(([, length]) => length));

console.log('| part | kB gzip, by its share of the code |\n| --- | --- |');
for (const [part, length] of [...large, ['the rest', rest]]) {
  if (length > 0) console.log(`| ${part} | ${kB((length / rendered) * zipped)} |`);
}
console.log(`| **all** (minified: ${kB(minified)} kB) | **${kB(zipped)}** |`);
