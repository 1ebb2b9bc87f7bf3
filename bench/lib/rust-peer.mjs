// @ts-check
// The Rust crate as a process: the peer of interop/, built in release mode.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(root, '.cache/interop-target');

/** Where it is. */
export const rustPeer = join(target, 'release/grapevine-peer');

/** Builds it. @param {string} row which row wants it */
export function buildRustPeer(row) {
  const { status, error } = spawnSync('cargo', ['build', '--release', '--locked', '--quiet'], {
    cwd: join(root, 'interop/peer'),
    env: { ...process.env, CARGO_TARGET_DIR: target },
    stdio: ['ignore', 2, 2],
  });
  if (error || status !== 0) throw new Error(`${row} builds the Rust peer: it needs cargo, and the build to succeed`);
}
