import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { entries } from './support/entries.js';

// Packages are built as few files, so bundlers cannot leave out whole modules. They must be able to leave out each statement.

const root = fileURLToPath(new URL('..', import.meta.url));

const RESOLVED = Symbol('resolved');

/** Evaluates everything that is loaded: nothing is left out because of what package.json says. */
const asIfEffectful = (entry: string): Plugin => ({
  name: 'as if effectful',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /./ }, async ({ path, pluginData, ...args }) => {
      if (pluginData === RESOLVED) return undefined;
      const { resolveDir, kind, importer } = args;
      if (path !== entry && entries.includes(path)) return { path, external: true };
      return { ...(await resolve(path, { resolveDir, kind, importer, pluginData: RESOLVED })), sideEffects: true };
    });
  },
});

/** Bytes. Of `net`, the root of our errors and `SecretKey` stay: their classes have computed names, which esbuild does not see through. */
const bound = (entry: string): number => (entry.startsWith('@grapevine/net') ? 5_000 : 300);

describe('of an entry that nothing is used of, a bundle keeps next to nothing', () => {
  test.each(entries)('%s', async (entry) => {
    const { outputFiles } = await build({
      stdin: { contents: `import ${JSON.stringify(entry)};`, resolveDir: root },
      ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'node', logLevel: 'error' },
      external: ['node:*', '@noble/*', '@number0/*', 'hash-wasm', 'multicast-dns', 'prom-client'],
      plugins: [asIfEffectful(entry)],
    });
    const kept = (outputFiles[0]?.text ?? '').replace(/import(\{[^}]*\}from)?"[^"]*";/g, '');
    console.info(`${entry}: ${kept.length} bytes`);
    expect(kept.length).toBeLessThan(bound(entry));
  });
});

test('an initialiser is marked so that the mark covers what it does, and means what it meant', async () => {
  const { withPureInitialisers } = await import(new URL('../scripts/lib/pure.mjs', import.meta.url).href);
  const source = `
const a = f(1, g()), b = [...x].map(y), c = { d: new Map([[1, h()]]), e: () => i() };
class J { static k = l(); static m = J.k + 1; n = o(); static [p] = 2; }
q();
export const r = 1 << 4, s = t.u, v = (w() as number) * 2;`;
  expect(withPureInitialisers(source)).toBe(`
const a = /* @__PURE__ */ f(1, /* @__PURE__ */ g()), b = /* @__PURE__ */ (() => ([...x].map(y)))(), c = { d: /* @__PURE__ */ new Map([[1, /* @__PURE__ */ h()]]), e: () => i() };
class J { static k = /* @__PURE__ */ l(); static m = /* @__PURE__ */ (() => (J.k + 1))(); n = o(); static [p] = 2; }
q();
export const r = 1 << 4, s = /* @__PURE__ */ (() => (t.u))(), v = /* @__PURE__ */ (() => ((w() as number) * 2))();`);
});
