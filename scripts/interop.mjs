// `npm run interop`: builds the Rust peer of interop/peer and runs the tests that talk to it. `npm run interop:slow`: the
// longer ones. What follows `--` goes to vitest. Needs cargo; says so and does nothing where it is missing.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, root } from './lib/ensure.mjs';
import { execNode } from './lib/exec.mjs';

if (spawnSync('cargo', ['--version']).status !== 0) {
  process.stdout.write('skipped: the tests against Rust peers, because cargo is not installed\n');
  process.exit(0);
}

ensureInstalled();
process.stderr.write('building the Rust peer (minutes the first time) …\n');
const { status, error } = spawnSync('cargo', ['build', '--release', '--locked', '--quiet'], {
  cwd: join(root, 'interop/peer'),
  env: { ...process.env, CARGO_TARGET_DIR: join(root, '.cache/interop-target') },
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (error) throw error;
if (status !== 0) {
  process.stderr.write(`cargo build failed (exit code ${status})\n`);
  process.exit(1);
}
execNode(['scripts/test.mjs', ...process.argv.slice(2)]);
