// `npm run release`: versions by the changesets, the lockfile, build, checks, publishing of what the registry lacks, tags.
// The workflow on GitHub runs `version` and `publish` one after the other.
import { spawnSync } from 'node:child_process';
import { readArguments } from './lib/arguments.mjs';
import { ensureInstalled, root } from './lib/ensure.mjs';

/** Runs a command and shows what it prints. Ends this process when it fails. */
function run(command, ...args) {
  process.stdout.write(`\n=== ${command} ${args.join(' ')}\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Writes versions and changelogs by the changesets, which do not touch the lockfile: npm updates that. */
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

Usage: npm run release -- [version | publish] [--without-checks]

  version           versions and changelogs only
  publish           build, checks, publishing and tags only
  --without-checks  leaves out what CI has checked
  --help            this text`;

const { values, positionals, fail } = readArguments(USAGE, {
  allowPositionals: true,
  options: { 'without-checks': { type: 'boolean', default: false } },
});
const checks = !values['without-checks'];
const [part = 'all', ...more] = positionals;
if (more.length > 0) fail(`unexpected argument ${JSON.stringify(more[0])}`);
switch (part) {
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
    fail(`unexpected argument ${JSON.stringify(part)}`);
}
