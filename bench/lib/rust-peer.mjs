// @ts-check
// The Rust crate as a process: the peer of interop/.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(root, '.cache/interop-target');

/** The path of the program. */
export const rustPeer = join(target, 'release/grapevine-peer');

/** Builds it in release mode. @param {string} row the row that needs it, for errors */
export function buildRustPeer(row) {
  const { status, error } = spawnSync('cargo', ['build', '--release', '--locked', '--quiet'], {
    cwd: join(root, 'interop/peer'),
    env: { ...process.env, CARGO_TARGET_DIR: target },
    stdio: ['ignore', 2, 2],
  });
  if (error || status !== 0) throw new Error(`${row} needs the Rust peer, and cargo could not build it`);
}
