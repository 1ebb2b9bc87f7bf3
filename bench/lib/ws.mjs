// @ts-check
// ws is installed into a folder of its own when a row needs it, and not with the project.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../web/ws/', import.meta.url));

/** Installs it where it is missing. @param {string} row the row that needs it, for errors */
export function ensureWs(row) {
  if (existsSync(`${folder}/node_modules/.package-lock.json`)) return;
  process.stderr.write('installing ws into bench/web/ws …\n');
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (error || status !== 0) throw new Error(`${row} needs ws, and npm could not install it`);
}
