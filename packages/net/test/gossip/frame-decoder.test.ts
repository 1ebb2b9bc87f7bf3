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

test('frames over the limit are named once each and passed over, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1 }),
      (bodies, cuts) => {
        const stream = Buffer.concat(bodies.map(frame));
        const decoder = new FrameDecoder(50);
        const seen: (number[] | number)[] = [];
        const drainAll = () => {
          for (;;) {
            try {
              return void seen.push(...drain(decoder));
            } catch (error) {
              seen.push((error as FrameTooLargeError).length);
            }
          }
        };
        for (let at = 0, i = 0; at < stream.length; i++) {
          const length = cuts[i % cuts.length] ?? 1;
          decoder.push(stream.subarray(at, at + length));
          at += length;
          drainAll();
          expect(decoder.heldBytes).toBeLessThanOrEqual(50);
        }
        expect(seen.filter(Array.isArray)).toEqual(
          bodies.filter(({ length }) => length <= 50).map((body) => [...body]),
        );
        expect(seen.filter(Number.isInteger)).toEqual(
          bodies.map(({ length }) => length).filter((length) => length > 50),
        );
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

test('a frame of 8 MiB in datagrams is put together in time that is linear in its length', () => {
  const length = 8 << 20;
  const decoder = new FrameDecoder(length);
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length);
  decoder.push(prefix);
  expect(decoder.next()).toBeUndefined();
  const began = process.cpuUsage();
  let body: Uint8Array | undefined;
  for (let at = 0; at < length; at += 1_300) {
    decoder.push(new Uint8Array(Math.min(1_300, length - at)).fill(at % 251));
    body = decoder.next();
  }
  const { user, system } = process.cpuUsage(began);
  expect(body).toHaveLength(length);
  expect(body?.[1_300]).toBe(1_300 % 251);
  expect((user + system) / 1e6).toBeLessThan(2); // 20 s when each chunk was joined to all before it
});

test('an unfinished frame pins twice its bytes at most, whatever it announces and however large its chunk was', () => {
  const decoder = new FrameDecoder(1 << 20);
  const chunk = Buffer.alloc(100_000);
  chunk.writeUInt32BE(99_990);
  chunk.writeUInt32BE(50, 99_994); // and two bytes of these
  decoder.push(chunk);
  expect(decoder.next()).toHaveLength(99_990);
  expect(decoder.next()).toBeUndefined();
  expect(decoder.heldBytes).toBe(50);
  const long = Buffer.alloc(5);
  long.writeUInt32BE(1 << 20);
  const stranger = new FrameDecoder(1 << 20);
  stranger.push(long);
  expect(stranger.next()).toBeUndefined();
  expect(stranger.insideBody).toBe(true);
  expect(stranger.heldBytes).toBeLessThanOrEqual(256);
});
