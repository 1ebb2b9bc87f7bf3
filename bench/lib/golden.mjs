// @ts-check
// The published crate's simulator (interop/golden), beside which the simulator's rows measure.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(root, '.cache/golden-target');

/** Builds it in release mode. @param {string} row the row that needs it, for errors */
export function buildRust(row) {
  const { status, error } = spawnSync('cargo', ['build', '--release', '--locked', '--quiet'], {
    cwd: join(root, 'interop/golden'),
    env: { ...process.env, CARGO_TARGET_DIR: target },
    stdio: ['ignore', 2, 2],
  });
  if (error || status !== 0) throw new Error(`${row} needs the Rust simulator, and cargo could not build it`);
}

/**
 * Runs a case. `events`: how many events the nodes have handled since the beginning.
 * @param {Record<string, string | number>} settings
 * @returns {{ seconds: number, broadcastSeconds: number, events: number }}
 */
export function runRust(settings) {
  const program = join(target, 'release/grapevine-golden');
  const args = ['speed', ...Object.entries(settings).map(([key, value]) => `${key}=${value}`)];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the Rust simulator ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
