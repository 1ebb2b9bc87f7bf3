// @ts-check
// `npm run docs` serves the site and follows what is edited; `npm run docs:build` builds it into site/dist, and checks its links.
import { spawn, spawnSync } from 'node:child_process';
import { rmSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brokenLinks } from './links.mjs';
import { PAGES, writeApi, writePages } from './prepare.mjs';

const site = dirname(fileURLToPath(import.meta.url));
const vitepress = join(site, 'node_modules/vitepress/bin/vitepress.js');
const dist = join(site, 'dist');

/** Installs VitePress and TypeDoc where they are missing or older than the lockfile. */
function ensureInstalled() {
  /** When a file of site/ was last changed; 0 for a missing one. @param {string} path */
  const modified = (path) => statSync(join(site, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (modified('node_modules/.package-lock.json') >= modified('package-lock.json')) return;
  process.stderr.write('installing VitePress and TypeDoc into site/ …\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: site,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function prepare() {
  rmSync(PAGES, { recursive: true, force: true });
  writePages();
  writeApi();
}

function build() {
  prepare();
  const { status } = spawnSync(process.execPath, [vitepress, 'build', site], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  const broken = brokenLinks(dist);
  for (const link of broken) process.stderr.write(`broken: ${link}\n`);
  if (broken.length > 0) process.exit(1);
  process.stdout.write('the site is in site/dist\n');
}

function serve() {
  prepare();
  let pending = false;
  watch(join(dirname(site), 'docs'), { recursive: true }, () => {
    if (pending) return;
    pending = true;
    setTimeout(() => {
      pending = false;
      try {
        writePages();
      } catch (error) {
        process.stderr.write(`${error}\n`);
      }
    }, 100);
  });
  const child = spawn(process.execPath, [vitepress, 'dev', site, ...process.argv.slice(3)], { stdio: 'inherit' });
  child.on('exit', (code) => process.exit(code ?? 0));
}

ensureInstalled();
switch (process.argv[2]) {
  case 'build':
    build();
    break;
  case 'serve':
    serve();
    break;
  default:
    process.stderr.write('usage: node site/run.mjs build | serve\n');
    process.exitCode = 2;
}
