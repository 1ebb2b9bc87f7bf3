// `npm run check:dead`: every export and every file is used. Installs knip into scripts/dead on demand.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './lib/arguments.mjs';
import { ensureInstalled, root } from './lib/ensure.mjs';

readArguments(`Looks for exports and files that nothing uses, with knip, which is installed into scripts/dead.

Usage: npm run check:dead

Exit code: 0 when everything is used, 1 when not, 2 for bad input.`);

const folder = join(root, 'scripts/dead');
/** When a file there was last changed; 0 for a missing one. */
const modified = (path) => statSync(join(folder, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

ensureInstalled();
if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
  process.stderr.write('installing knip into scripts/dead …\n');
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (install.status !== 0) process.exit(install.status ?? 1);
}
const knip = join(folder, 'node_modules/knip/bin/knip.js');
const { status } = spawnSync(process.execPath, [knip, '--no-progress', '--no-config-hints'], {
  cwd: root,
  stdio: 'inherit',
});
if (status === 0) process.stdout.write('nothing is exported that nobody uses\n');
process.exitCode = status ?? 1;
