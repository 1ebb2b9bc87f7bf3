import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = ['postcard', 'proto', 'net', 'api', 'web'];
/** What a browser has not, and what stands for it where a bundler fills in. */
const NODE =
  /from ?["'](?:node:|events|buffer)|require\(["']|__vite-browser-external|\bprocess\.(?:env|nextTick)\b|\bBuffer\.from\b/;

/** What a bundler has said, and where the bundle is: `entry.js` and what it loads. */
interface Outcome {
  readonly folder: string;
  readonly warnings: readonly string[];
}

let workshop: string;
beforeAll(() => {
  mkdirSync(join(root, '.cache'), { recursive: true });
  workshop = mkdtempSync(join(root, '.cache/bundlers-')); // inside, so that packages are found
});
afterAll(() => rmSync(workshop, { recursive: true, force: true }));

const BUNDLERS: Record<string, (entry: string, out: string) => Promise<Outcome>> = {
  async esbuild(entry, out) {
    const folder = join(out, 'bundle');
    const outfile = join(folder, 'entry.js');
    const options = { bundle: true, minify: true, format: 'esm', platform: 'browser', logLevel: 'silent' } as const;
    const { warnings } = await esbuild({ entryPoints: [entry], outfile, ...options });
    return { folder, warnings: warnings.map(({ text }) => text) };
  },

  async vite(entry, out) {
    const folder = join(out, 'bundle');
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const silent = () => {};
    await vite({
      configFile: false,
      root: out,
      customLogger: {
        info: silent,
        warn,
        warnOnce: warn,
        error: warn,
        clearScreen: silent,
        hasErrorLogged: () => false,
        hasWarned: false,
      },
      build: {
        outDir: folder,
        chunkSizeWarningLimit: 10_000,
        reportCompressedSize: false,
        rolldownOptions: { input: entry, output: { entryFileNames: 'entry.js' }, preserveEntrySignatures: 'strict' },
      },
    });
    return { folder, warnings };
  },

  webpack(entry, out) {
    const home = join(root, 'test/bundlers');
    if (!existsSync(join(home, 'node_modules/.package-lock.json'))) {
      const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: home,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`webpack cannot be installed: ${stderr}`);
    }
    const webpack = createRequire(join(home, 'package.json'))('webpack') as Webpack;
    const options = {
      mode: 'production',
      target: 'web',
      context: out,
      entry,
      output: { path: join(out, 'bundle'), filename: 'entry.js', library: { type: 'module' } },
      experiments: { outputModule: true },
      performance: false, // of sizes there is a test of its own
    };
    return new Promise((resolve, reject) => {
      webpack(options, (error, stats) => {
        if (error || !stats) return reject(error);
        const { warnings, errors } = stats.toJson({ all: false, warnings: true, errors: true });
        const told = [...errors, ...warnings].map(({ message }) => message);
        resolve({ folder: join(out, 'bundle'), warnings: told });
      });
    });
  },
};

/** What is used of it: it is not among the project's dependencies, and so are its types. */
type Webpack = (
  options: object,
  done: (
    error: Error | null,
    stats?: { toJson(what: object): Record<'warnings' | 'errors', readonly { readonly message: string }[]> },
  ) => void,
) => void;

describe.each(Object.entries(BUNDLERS))('%s', (name, bundle) => {
  test.each(PACKAGES)('@grapevine/%s builds for the browser, without polyfills or warnings', async (folder) => {
    const out = mkdtempSync(join(workshop, `${name}-`));
    const entry = join(out, 'entry.mjs');
    writeFileSync(entry, `export * from '@grapevine/${folder}';\n`);
    const { folder: built, warnings } = await bundle(entry, out);
    expect(warnings).toEqual([]);
    const files = readdirSync(built, { recursive: true }).map(String);
    const code = files.filter((file) => file.endsWith('.js')).map((file) => readFileSync(join(built, file), 'utf8'));
    for (const part of code) expect(part.match(NODE)?.[0]).toBeUndefined();
    const size = code.reduce((sum, part) => sum + gzipSync(part).length, 0);
    console.info(`${name}: @grapevine/${folder}, all of it: ${(size / 1e3).toFixed(1)} kB gzip`);

    // It runs where no packages are, and exports what Node sees.
    const elsewhere = mkdtempSync(join(tmpdir(), 'grapevine-bundle-'));
    try {
      cpSync(built, elsewhere, { recursive: true });
      writeFileSync(join(elsewhere, 'package.json'), '{"type":"module"}');
      const bundled = Object.keys(await import(join(elsewhere, 'entry.js'))).toSorted();
      expect(bundled).toEqual(Object.keys(await import(`@grapevine/${folder}`)).toSorted());
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});
