// `npm run siege`: attacks on a node that serves honest peers, and what they cost it. `npm run siege -- --help` says more.
import { ensureBuilt } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

ensureBuilt();
execNode(['internal/siege/dist/cli.js', ...process.argv.slice(2)]);
