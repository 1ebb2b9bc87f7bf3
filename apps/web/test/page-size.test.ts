import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const page = fileURLToPath(new URL('../dist/page/', import.meta.url));

/** The goal is 60 kB for a page that chats, and open: these keep it from growing further. */
const MAX_GZIP = { beforeItRuns: 67_500, whenItChats: 77_000 };

/** In what every page loads while it dials its first hub: the comparison of histories. Everything else that is loaded later is for few browsers. */
const BY_EVERY_PAGE = '/grapevine/reconcile/1';

const codeOf = (name: string): string => readFileSync(`${page}assets/${name}`, 'utf8');

/** A script with all that it imports at its top. */
function withImports(entry: string): string[] {
  const names = new Set([entry]);
  for (const name of names) {
    for (const [, imported] of codeOf(name).matchAll(/(?:import|from)\s*["'`]\.\/([^"'`]*)["'`]/g))
      names.add(imported as string);
  }
  return [...names];
}

/** What a page loads before it runs: the script that it names. */
function firstLoad(): string[] {
  const html = readFileSync(`${page}index.html`, 'utf8');
  const [, entry = ''] = /<script type="module"[^>]* src="\.\/assets\/([^"]*)"/.exec(html) ?? [];
  return withImports(entry);
}

function zipped(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + gzipSync(codeOf(name)).length, 0);
}

test('what the chat page loads before it runs has at most 67.5 kB gzip, and what every page loads in the end 77 kB', () => {
  const first = firstLoad();
  const later = readdirSync(`${page}assets`).filter((name) => name.endsWith('.js') && !first.includes(name));
  const soon = later.filter((name) => codeOf(name).includes(BY_EVERY_PAGE));
  const all = [...new Set([...first, ...soon.flatMap(withImports)])];
  const rare = later.filter((name) => !all.includes(name));
  const kB = (names: readonly string[]): string => `${(zipped(names) / 1e3).toFixed(1)} kB gzip`;
  const served = all.reduce((sum, name) => sum + brotliCompressSync(codeOf(name)).length, 0);
  console.info(
    `chat page: ${kB(first)} before it runs, ${kB(all)} with what every page loads while it dials (${(served / 1e3).toFixed(1)} kB as the hub serves it, by brotli); ${kB(rare)} for few browsers`,
  );
  expect(soon).toHaveLength(1);
  expect(zipped(first)).toBeGreaterThan(10_000);
  expect(zipped(first)).toBeLessThanOrEqual(MAX_GZIP.beforeItRuns);
  expect(zipped(all)).toBeLessThanOrEqual(MAX_GZIP.whenItChats);
});

test('no library of hashes and signatures is among it: browsers have WebCrypto', () => {
  const d = /37095705934669439343138083508754565189542113879843219016388785533085940283555/g; // in two places: a curve point, and the library
  const code = firstLoad().map(codeOf).join('');
  expect(code.match(d)).toHaveLength(1);
});
