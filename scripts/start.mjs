// `npm start`: a swarm of processes on this machine. Options after `--`; see `npm start -- --help`.
import { resolve } from 'node:path';
import { ensureBuilt } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

ensureBuilt();

// npm runs scripts from the root. A relative --file is relative to the folder of the user.
const from = process.env.INIT_CWD ?? process.cwd();
const args = process.argv.slice(2).map((arg, i, all) => (all[i - 1] === '--file' ? resolve(from, arg) : arg));
execNode(['apps/swarm/dist/cli.js', ...args]);
