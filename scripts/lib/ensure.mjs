// Installs and builds what is missing, so that every command can be the first one in a fresh clone.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runs a command. Prints its output only if it fails, and on stderr: stdout belongs to the script. */
function run(what, command, args) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const told = tellHowLong(what);
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  told.terminate();
  if (error) throw error;
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}${what} failed (exit code ${status})\n`);
  process.exit(1);
}

/** The time between two lines that say how long a command has taken. */
const TOLD_EVERY_MS = 10_000;

/** Prints every ten seconds on stderr how long a command has taken, from a thread of its own, because this one waits for the command. */
function tellHowLong(what) {
  const code = `
    const { writeSync } = require('node:fs');
    const { what, everyMs } = require('node:worker_threads').workerData;
    let seconds = 0;
    setInterval(() => writeSync(2, \`\${what}: \${(seconds += everyMs / 1000)} s so far …\\n\`), everyMs);`;
  const worker = new Worker(code, { eval: true, workerData: { what, everyMs: TOLD_EVERY_MS } });
  worker.on('error', () => {}); // nobody reads stderr
  worker.unref();
  return worker;
}

/** When a file of the repository was last changed; 0 for a missing one. */
const modified = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Installs the locked dependencies when they are missing or older than the lockfile. */
export function ensureInstalled() {
  if (modified('node_modules/.package-lock.json') >= modified('package-lock.json')) return;
  process.stderr.write('installing dependencies …\n');
  run('npm ci', 'npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
}

/** Builds what has changed. A test sets GRAPEVINE_BUILT for the commands that it runs, because everything is built by then. */
export function ensureBuilt() {
  if (process.env.GRAPEVINE_BUILT === '1') return;
  ensureInstalled();
  if (modified('apps/swarm/dist/cli.js') === 0) process.stderr.write('building …\n');
  run('build', process.execPath, [
    join(root, 'node_modules/turbo/bin/turbo'),
    'run',
    'build',
    '--output-logs=errors-only',
    '--log-order=grouped',
  ]);
}
