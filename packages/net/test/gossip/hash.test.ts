import { createRequire } from 'node:module';
import { defaultHash } from '@grapevine/proto';
import { expect, test, vi } from 'vitest';
import { fastHash } from '../../src/gossip/hash.js';

const FILE = 'hash-wasm/dist/blake3.umd.min.js';
const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('hash-wasm'));

test('the hash is BLAKE3 before and after WebAssembly is there, and WebAssembly is loaded with the first payload, one algorithm of it', async () => {
  expect(loaded()).toEqual([]);
  const content = Uint8Array.from({ length: 3_000 }, (_, i) => i & 255);
  expect(Buffer.from(fastHash(content))).toEqual(Buffer.from(defaultHash(content)));
  expect(loaded()).toEqual([expect.stringContaining(FILE)]);
  const microseconds = () => {
    const start = performance.now();
    for (let i = 0; i < 50; i++) fastHash(content);
    return performance.now() - start;
  };
  const portable = () => {
    const start = performance.now();
    for (let i = 0; i < 50; i++) defaultHash(content);
    return performance.now() - start;
  };
  await vi.waitFor(() => expect(microseconds()).toBeLessThan(portable() / 1.3), { timeout: 5_000 });
  expect(Buffer.from(fastHash(content))).toEqual(Buffer.from(defaultHash(content)));
});
