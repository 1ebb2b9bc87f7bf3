import type { Attack } from '../attack.js';
import { floodFrames, many } from '../frame-flood.js';

/** A stream in single bytes with holes between them. */
export const streamPieces: Attack = {
  name: 'stream-pieces',
  what: 'a stream in single bytes, each behind a hole',
  // Not reached: alone 0.7 MB each; beside other work pieces of closed connections add up to 3 to 8 MB for each that is open (docs/quic.md).
  limits: { memoryPerStranger: 12_000_000 },
  run: (field) =>
    floodFrames(field, (i) => many(150, (k) => field.kit.frames.stream(2, 1 + (i * 150 + k) * 2, Buffer.alloc(1)))),
};
