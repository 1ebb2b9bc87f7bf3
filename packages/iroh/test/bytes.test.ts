import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BATCH_BYTES, ByteQueue, toBytes, toNumbers } from '../src/bytes.js';

it('what is queued comes out in order, in batches of bounded size', () => {
  const chunk = fc
    .tuple(fc.nat(3 * BATCH_BYTES), fc.nat(255))
    .map(([length, seed]) => Buffer.alloc(length, `${seed}-`));
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 20 }), fc.nat(19), (chunks, pauseAfter) => {
      const queue = new ByteQueue();
      const out: Uint8Array[] = [];
      for (const [i, bytes] of chunks.entries()) {
        queue.push(bytes);
        if (i === pauseAfter) out.push(toBytes(queue.takeBatch()));
      }
      while (queue.length > 0) out.push(toBytes(queue.takeBatch()));
      for (const batch of out) expect(batch.length).toBeLessThanOrEqual(BATCH_BYTES);
      expect(Buffer.concat(out).equals(Buffer.concat(chunks))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it('a queue that is never empty lets go of what was taken', () => {
  const queue = new ByteQueue();
  for (let i = 0; i < 5_000; i++) queue.push(Uint8Array.of(i & 255, 1));
  const first = queue.takeBatch();
  expect(first).toHaveLength(10_000);
  expect(first.slice(0, 4)).toEqual([0, 1, 1, 1]);
  queue.push(Uint8Array.of(7));
  expect(queue.takeBatch()).toEqual([7]);
  queue.push(Uint8Array.of(8));
  queue.clear();
  expect(queue.length).toBe(0);
});

it('bytes and numbers are the same', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(toBytes(toNumbers(bytes))).toEqual(bytes);
});
