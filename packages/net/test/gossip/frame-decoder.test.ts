import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameDecoder, FrameTooLargeError } from '../../src/gossip/link/frame-decoder.js';

function frame(body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(body.length);
  return Buffer.concat([prefix, body]);
}

function drain(decoder: FrameDecoder): number[][] {
  const bodies: number[][] = [];
  for (let body = decoder.next(); body; body = decoder.next()) bodies.push([...body]);
  return bodies;
}

test('frames come out whole, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      (bodies, cuts) => {
        const stream = Buffer.concat(bodies.map(frame));
        const decoder = new FrameDecoder(50);
        const seen: number[][] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const length = cuts[i % cuts.length] ?? 1;
          decoder.push(stream.subarray(at, at + length));
          at += length;
          seen.push(...drain(decoder));
        }
        expect(seen).toEqual(bodies.map((body) => [...body]));
        expect(decoder.insideBody).toBe(false);
      },
    ),
  );
});

test('a frame at the limit passes, one byte more is refused before it arrives', () => {
  const decoder = new FrameDecoder(512);
  decoder.push(frame(new Uint8Array(512)));
  expect(decoder.next()).toHaveLength(512);
  decoder.push(Uint8Array.of(0, 0, 2, 1));
  expect(() => decoder.next()).toThrow(FrameTooLargeError);
});

test('a length with the top bit set is large, not negative', () => {
  const decoder = new FrameDecoder(512);
  decoder.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
  expect(() => decoder.next()).toThrow('4294967295');
});

test('a stream that ends inside a length has ended, one that ends inside a body is broken', () => {
  const decoder = new FrameDecoder(512);
  decoder.push(Uint8Array.of(0, 0, 0));
  expect(decoder.next()).toBeUndefined();
  expect(decoder.insideBody).toBe(false);
  decoder.push(Uint8Array.of(9, 1, 2));
  expect(decoder.next()).toBeUndefined();
  expect(decoder.insideBody).toBe(true);
});
