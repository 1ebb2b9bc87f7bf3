// `npm run soak`: simulates whole nodes in virtual time, with faults. `npm run soak -- --help` says more.
import { ensureBuilt } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

ensureBuilt();
execNode(['internal/soak/dist/cli.js', ...process.argv.slice(2)]);
