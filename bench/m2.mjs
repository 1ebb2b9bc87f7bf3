// @ts-check
// M2: how much is installed and bundled, beside libp2p with gossipsub?
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { ensureGossipsub, folder as gossipsub } from './lib/gossipsub.mjs';

const MAX_PACKAGES = 40;
const MAX_PROTO_KB = 15;
const root = fileURLToPath(new URL('..', import.meta.url));

/** @typedef {{ packages: number, installedMb: number, bundleKb: number }} Figures */

/** The folders of a package and all its dependencies. @param {string} folder @param {Set<string>} [found] */
function closure(folder, found = new Set()) {
  if (found.has(folder)) return found;
  found.add(folder);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const optional = Object.keys(manifest.optionalDependencies ?? {});
  for (const name of [...Object.keys(manifest.dependencies ?? {}), ...optional]) {
    const at = findPackage(folder, name);
    if (at) closure(at, found);
    else if (!optional.includes(name)) throw new Error(`${folder} needs ${name}, which is not installed`);
  }
  return found;
}

/** The folder where Node finds a package, if it does. @param {string} from @param {string} name */
function findPackage(from, name) {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  const at = paths
    .map((path) => join(path, name))
    .find((path) => statSync(join(path, 'package.json'), { throwIfNoEntry: false }));
  return at && fileURLToPath(new URL(`file://${at}`));
}

/** Bytes of the files that an install brings: for our own packages, those that are published. @param {string} folder @returns {number} */
function size(folder) {
  const own = folder.startsWith(join(root, 'packages')) || !folder.includes('node_modules') || isOurs(folder);
  const entries = own ? ['dist', 'src', 'README.md', 'package.json'] : readdirSync(folder);
  return entries.reduce((sum, entry) => sum + (entry === 'node_modules' ? 0 : bytesIn(join(folder, entry))), 0);
}

/** @param {string} folder */
const isOurs = (folder) => folder.includes('/@grapevine/');

/** @param {string} path @returns {number} */
function bytesIn(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, entry) => sum + (entry === 'node_modules' ? 0 : bytesIn(join(path, entry))), 0);
}

/** The size of a bundle in kB, minified and compressed. @param {string} code @param {string} resolveDir */
async function bundled(code, resolveDir) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    external: ['*.node'],
    banner: { js: '' },
    write: false,
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length / 1000;
}

/** @param {readonly string[]} folders @param {string} code @param {string} resolveDir @returns {Promise<Figures>} */
async function measure(folders, code, resolveDir) {
  /** @type {Set<string>} */
  const all = new Set();
  for (const folder of folders) closure(folder, all);
  return {
    packages: all.size,
    installedMb: [...all].reduce((sum, folder) => sum + size(folder), 0) / 1e6,
    bundleKb: await bundled(code, resolveDir),
  };
}

/** @type {Record<string, Figures>} */
let result = {};

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'M2',
  question: 'what api and net bring along (smaller is better)',
  unit: 'packages',
  cpuUnit: 'kB gzip bundled',
  target: `<= ${MAX_PACKAGES} packages; proto alone <= ${MAX_PROTO_KB} kB gzip`,
  run: async () => {
    ensureGossipsub('M2');
    const own = (/** @type {string} */ name) => join(root, 'packages', name);
    const parts = Object.keys(JSON.parse(readFileSync(join(gossipsub, 'package.json'), 'utf8')).dependencies);
    result = {
      'ours, api and net with QUIC': await measure(
        [own('api'), own('net')],
        "export * from '@grapevine/api'; export * from '@grapevine/net/quic';",
        root,
      ),
      'libp2p with gossipsub': await measure(
        parts.map((name) => findPackage(join(gossipsub, 'x'), name) ?? ''),
        parts.map((name, i) => `export * as a${i} from '${name}';`).join('\n'),
        gossipsub,
      ),
      'ours, proto alone': await measure([own('proto')], "export * from '@grapevine/proto';", root),
    };
    return Object.entries(result).map(([name, { packages, bundleKb }]) => ({ name, value: packages, cpu: bundleKb }));
  },
  details: () => [
    ['contender', 'packages', 'MB installed', 'kB gzip bundled'],
    ...Object.entries(result).map(([name, { packages, installedMb, bundleKb }]) => [
      name,
      `${packages}`,
      installedMb.toFixed(1),
      bundleKb.toFixed(1),
    ]),
  ],
  meets: () =>
    Number(result['ours, api and net with QUIC']?.packages) <= MAX_PACKAGES &&
    Number(result['ours, proto alone']?.bundleKb) <= MAX_PROTO_KB,
};
