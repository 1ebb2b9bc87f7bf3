import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

// The parts of a bundle, for docs/packages.md. `test/pack.slow.test.ts` bounds the size of what the README imports.

const src = fileURLToPath(new URL('../src', import.meta.url));

/** kB gzip of a bundle. */
async function weigh(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `${contents} globalThis.all = [State, seededRng, topicId];`, loader: 'ts', resolveDir: src },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'neutral', write: false },
    conditions: ['@grapevine/source'],
  });
  return gzipSync(outputFiles[0]?.contents ?? '').length / 1e3;
}

test("the Rust crate's rules alone take half of the kernel: what is within 15 kB, and what is not", async () => {
  const reference = await weigh(`
    import { seededRng, topicId } from './index.js';
    import { ReferenceState as State } from './reference/index.js';`);
  const leaf = await weigh(`
    import { seededRng, topicId } from './index.js';
    import { LeafState as State } from './leaf/index.js';`);
  const both = await weigh("import { State, seededRng, topicId } from './index.js';");
  console.info(
    `kB gzip: ${reference.toFixed(1)} with the rules of the Rust crate alone, ${both.toFixed(1)} with those of mode hardened, ${leaf.toFixed(1)} for a leaf`,
  );
  expect(reference).toBeLessThanOrEqual(15);
  expect(leaf).toBeLessThan(both);
});
