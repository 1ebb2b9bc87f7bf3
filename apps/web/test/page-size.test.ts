import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const assets = fileURLToPath(new URL('../dist/page/assets/', import.meta.url));

/** The goal is 60 kB, and open: this keeps the page from growing further. */
const MAX_GZIP = 90_000;

test('the script of the chat page has at most 90 kB gzip', () => {
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  const size = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(`${assets}${name}`)).length, 0);
  console.info(`chat page: ${(size / 1e3).toFixed(1)} kB gzip`);
  expect(size).toBeGreaterThan(10_000);
  expect(size).toBeLessThanOrEqual(MAX_GZIP);
});
