// `npm run docs` and `npm run docs:build`: the documentation as a site.
import { join } from 'node:path';
import { readArguments } from './lib/arguments.mjs';
import { ensureBuilt, root } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

const SERVE = `Serves the documentation as a site on this machine, and follows changes of docs/. Installs VitePress and TypeDoc into site/.

Usage: npm run docs -- [options]

  --port N     where the site is served (default: 5173)
  --host HOST  the address to listen at (default: localhost)
  --help       this text`;

const BUILD = `Builds the documentation as a site into site/dist, and checks its links. Installs VitePress and TypeDoc into site/.

Usage: npm run docs:build

Exit code: 0 when the site is built, 1 when it is not or a link is broken, 2 for bad input.`;

const [task, ...args] = process.argv.slice(2);
const options = { port: { type: 'string' }, host: { type: 'string' } };
if (task === 'build') readArguments(BUILD, { args });
else readArguments(SERVE, { args, options });

ensureBuilt();
execNode([join(root, 'site/run.mjs'), task, ...args]);
