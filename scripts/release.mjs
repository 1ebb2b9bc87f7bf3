// `npm run release`: versions by the changesets, lockfile in step, build, checks, publish what the registry lacks, tags.
// `-- version` or `-- publish` does one half, as the workflow on GitHub does. `--without-checks` leaves out what CI has checked.
import { spawnSync } from 'node:child_process';
import { ensureInstalled, root } from './lib/ensure.mjs';

/** Runs a command and shows what it prints. Ends this process when it fails. */
function run(command, ...args) {
  process.stdout.write(`\n=== ${command} ${args.join(' ')}\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Versions and changelogs by the changesets, and a lockfile that knows them: changesets leave it as it was. */
function version() {
  run('npx', 'changeset', 'version');
  run('npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund');
}

function commit() {
  run('git', 'add', '--all');
  if (spawnSync('git', ['diff', '--cached', '--quiet'], { cwd: root }).status === 0) return;
  run('git', 'commit', '--quiet', '--message', 'Release');
}

function publish({ checks }) {
  run('npm', 'run', 'build');
  if (checks) run('npm', 'run', 'check:packages');
  run('npx', 'changeset', 'publish');
}

const USAGE = `Versions the packages by their changesets, commits, builds, checks, publishes what the registry lacks, and tags.

Usage: npm run release [-- version | publish] [--without-checks]

  version           versions and changelogs only
  publish           build, checks, publishing and tags only
  --without-checks  leaves out what CI has checked
  --help            this text
`;

const args = process.argv.slice(2);
const checks = !args.includes('--without-checks');
// Anything that is not understood must not publish.
const isUnderstood = args.every((arg) => ['version', 'publish', '--without-checks', '--help'].includes(arg));
const [part = 'all', ...more] = args.filter((arg) => !arg.startsWith('--'));
switch (args.includes('--help') ? 'help' : isUnderstood && more.length === 0 ? part : 'mistake') {
  case 'help':
    process.stdout.write(USAGE);
    break;
  case 'version':
    ensureInstalled();
    version();
    break;
  case 'publish':
    ensureInstalled();
    publish({ checks });
    break;
  case 'all':
    ensureInstalled();
    version();
    commit();
    publish({ checks });
    process.stdout.write('\npublished; now: git push --follow-tags\n');
    break;
  default:
    process.stderr.write(`release: ${JSON.stringify(args)} is not understood\n\n${USAGE}`);
    process.exitCode = 2;
}
