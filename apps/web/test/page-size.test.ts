import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const page = fileURLToPath(new URL('../dist/page/', import.meta.url));

/** The goal is 60 kB, and open: this keeps the page from growing further. */
const MAX_GZIP = 74_000;

/** What a page loads before it runs: the script that it names, and what that imports at its top. */
function firstLoad(): Map<string, number> {
  const [, entry] =
    /<script type="module"[^>]* src="\.\/assets\/([^"]*)"/.exec(readFileSync(`${page}index.html`, 'utf8')) ?? [];
  const scripts = new Map<string, number>();
  const pending = [entry];
  for (const name of pending) {
    if (name === undefined || scripts.has(name)) continue;
    const code = readFileSync(`${page}assets/${name}`);
    scripts.set(name, gzipSync(code).length);
    for (const [, imported] of code.toString().matchAll(/(?:import|from)\s*["'`]\.\/([^"'`]*)["'`]/g))
      pending.push(imported);
  }
  return scripts;
}

test('what the chat page loads before it runs has at most 74 kB gzip', () => {
  const first = firstLoad();
  const size = [...first.values()].reduce((sum, length) => sum + length, 0);
  const later = readdirSync(`${page}assets`).filter((name) => name.endsWith('.js') && !first.has(name));
  console.info(`chat page: ${(size / 1e3).toFixed(1)} kB gzip; loaded only where it is asked for: ${later.join(', ')}`);
  expect(size).toBeGreaterThan(10_000);
  expect(size).toBeLessThanOrEqual(MAX_GZIP);
});

test('no library of hashes and signatures is among it: browsers have WebCrypto', () => {
  const d = /37095705934669439343138083508754565189542113879843219016388785533085940283555/g; // in two places: a curve point, and the library
  const code = [...firstLoad().keys()].map((name) => readFileSync(`${page}assets/${name}`, 'utf8')).join('');
  expect(code.match(d)).toHaveLength(1);
});
