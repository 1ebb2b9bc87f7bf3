// @ts-check
// Modules that no package exports, for rows that look inside. They come from the sources, because packages are built as few files.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param {string} path of a source, from the root, e.g. `packages/net/src/quic/certificate.ts`
 * @returns {Promise<any>} what it exports
 */
export async function internal(path) {
  const outfile = join(root, '.cache/internals', path.replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [join(root, path)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@grapevine/source'],
    external: ['@grapevine/*', '@matrixai/*', '@noble/*', 'hash-wasm'],
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
