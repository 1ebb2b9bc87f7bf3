// `npm run soak`: whole nodes in virtual time, with everything that goes wrong in the field. `npm run soak -- --help` says more.
import { ensureBuilt } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

ensureBuilt();
execNode(['internal/soak/dist/cli.js', ...process.argv.slice(2)]);
