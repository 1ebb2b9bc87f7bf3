// @ts-check
// ws: installed into a folder of its own when a row wants it, never with the project.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../web/ws/', import.meta.url));

/** Installs it, unless it is there. @param {string} row which row wants it */
export function ensureWs(row) {
  if (existsSync(`${folder}/node_modules/.package-lock.json`)) return;
  process.stderr.write('installing ws into bench/web/ws …\n');
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (error || status !== 0) throw new Error(`${row} installs ws: it needs npm, and the registry`);
}
