// `npm run siege`: attacks on a node that serves honest peers, and what they cost it. `npm run siege -- --help` says more.
import { join } from 'node:path';
import { ensureBuilt, root } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

ensureBuilt();
// The hostile QUIC client of the tests uses the inside of the driver, so no package has it: it is bundled here.
const { build } = await import('esbuild');
await build({
  entryPoints: [join(root, 'packages/net/test/quic/hostile/kit.ts')],
  outfile: join(root, 'internal/siege/dist/hostile-kit.bundle.js'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['@grapevine/source'],
  external: ['@matrixai/*', 'hash-wasm'],
  logLevel: 'warning',
});
execNode(['internal/siege/dist/cli.js', ...process.argv.slice(2)]);
