// What every command does first, so that each of them can be the first command in a fresh clone.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runs a command of the repository. What it prints is shown, on stderr, only if it fails: stdout belongs to what was asked for. */
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

/** How often a command that prints nothing says that it is still running, in milliseconds. */
const TOLD_EVERY_MS = 10_000;

/** Says every ten seconds on stderr how long a command has taken. On a thread of its own, because this one waits for the command. */
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

const modified = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Installs the locked dependencies when they are missing or older than the lockfile. */
export function ensureInstalled() {
  if (modified('node_modules/.package-lock.json') >= modified('package-lock.json')) return;
  process.stderr.write('installing dependencies …\n');
  run('npm ci', 'npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
}

/** Builds what has changed. Commands that a test runs find everything built: it says so in the environment. */
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
