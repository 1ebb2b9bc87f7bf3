import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './ensure.mjs';

export function hasCargo() {
  return spawnSync('cargo', ['--version']).status === 0;
}

/** The Rust programs of interop/, and the folders they are built in. `golden` and `fuzz` share their dependencies. */
export const PROGRAMS = {
  peer: { name: 'grapevine-peer', target: '.cache/interop-target' },
  golden: { name: 'grapevine-golden', target: '.cache/golden-target' },
  fuzz: { name: 'grapevine-fuzz', target: '.cache/golden-target' },
};

/**
 * Builds one of the Rust programs. Ends this process when that fails.
 *
 * @returns the path of the program
 */
export function buildProgram(folder) {
  const { name, target } = PROGRAMS[folder];
  const { status, error } = spawnSync('cargo', ['build', '--release', '--locked', '--quiet'], {
    cwd: join(root, 'interop', folder),
    env: { ...process.env, CARGO_TARGET_DIR: join(root, target) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error) throw error;
  if (status !== 0) {
    process.stderr.write(`cargo build of interop/${folder} failed (exit code ${status})\n`);
    process.exit(1);
  }
  return join(root, target, 'release', process.platform === 'win32' ? `${name}.exe` : name);
}
