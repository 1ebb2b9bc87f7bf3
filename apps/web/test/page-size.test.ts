import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';
import { blockOf } from '../../../test/docs/pages.js';

const home = fileURLToPath(new URL('..', import.meta.url));
const page = `${home}dist/page/`;

/** The goal is 60 kB for a page that chats, and open: these keep pages from growing further. */
const MAX_GZIP = {
  /** The lines of the guide, which are the smallest page that joins a room and chats. */
  smallest: { beforeItRuns: 67_700, whenItChats: 77_700 },
  /** The chat room. */
  chat: { beforeItRuns: 70_000, whenItChats: 80_000 },
};

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

/** The chunks that Vite makes of a module which stands in the home of this package. */
async function chunksOf(code: string): Promise<Rolldown.OutputChunk[]> {
  const input = `${home}lines.ts`;
  const lines = {
    name: 'lines',
    resolveId: (id: string) => (id === input ? id : null),
    load: (id: string) => (id === input ? code : null),
  };
  const built = await build({
    configFile: `${home}vite.config.mjs`,
    root: home,
    logLevel: 'error',
    plugins: [lines],
    build: { write: false, rolldownOptions: { input } },
  });
  const { output } = built as Rolldown.RolldownOutput;
  return output.filter((one) => one.type === 'chunk');
}

test('the smallest page, the lines of the guide, loads at most 67.7 kB gzip before it runs, and 77.7 kB in the end', async () => {
  const chunks = await chunksOf(blockOf('docs/web.md', 'apps/web/test/docs-page.slow.test.ts').code);
  const [entry] = chunks.filter(({ isEntry }) => isEntry);
  const soon = chunks.filter(({ isEntry, code }) => !isEntry && code.includes(BY_EVERY_PAGE));
  expect(soon).toHaveLength(1);
  expect(entry?.imports).toEqual([]); // one file: in two it would be 2 kB more
  const first = gzipSync(entry?.code ?? '').length;
  const all = first + gzipSync(soon[0]?.code ?? '').length;
  console.info(
    `smallest page: ${(first / 1e3).toFixed(1)} kB gzip before it runs, ${(all / 1e3).toFixed(1)} kB with what every page loads while it dials`,
  );
  expect(first).toBeGreaterThan(10_000);
  expect(first).toBeLessThanOrEqual(MAX_GZIP.smallest.beforeItRuns);
  expect(all).toBeLessThanOrEqual(MAX_GZIP.smallest.whenItChats);
});

test('what the chat page loads before it runs has at most 70.0 kB gzip, and what every page loads in the end 80.0 kB', () => {
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
  expect(zipped(first)).toBeLessThanOrEqual(MAX_GZIP.chat.beforeItRuns);
  expect(zipped(all)).toBeLessThanOrEqual(MAX_GZIP.chat.whenItChats);
});

test('no library of hashes and signatures is among it: browsers have WebCrypto', () => {
  const d = /37095705934669439343138083508754565189542113879843219016388785533085940283555/g; // in two places: a curve point, and the library
  const code = firstLoad().map(codeOf).join('');
  expect(code.match(d)).toHaveLength(1);
});
