// `npm run docs` and `npm run docs:build`: the documentation as a site. What it is built with is installed into site/, on demand.
import { join } from 'node:path';
import { ensureBuilt, root } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

ensureBuilt();
execNode([join(root, 'site/run.mjs'), ...process.argv.slice(2)]);
