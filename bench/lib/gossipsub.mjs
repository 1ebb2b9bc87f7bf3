// @ts-check
// gossipsub and its parts. They are installed into a folder of their own when a row needs them, and not with the project.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder with the programs that run it. */
export const folder = fileURLToPath(new URL('../gossipsub/', import.meta.url));

/** Installs it where it is missing. @param {string} row the row that needs it, for errors */
export function ensureGossipsub(row) {
  if (existsSync(`${folder}/node_modules/.package-lock.json`)) return;
  process.stderr.write('installing gossipsub into bench/gossipsub …\n');
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (error || status !== 0) throw new Error(`${row} needs gossipsub, and npm could not install it`);
}
