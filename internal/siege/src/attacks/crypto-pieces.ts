import type { Attack } from '../attack.js';
import { floodFrames, many } from '../frame-flood.js';

/** The same in single bytes, of which each takes many times its size. */
export const cryptoPieces: Attack = {
  name: 'crypto-pieces',
  what: 'CRYPTO frames with a hole in front, in single bytes',
  // Not reached: alone 0.7 MB each; beside other work pieces of closed connections add up to 3 to 8 MB for each that is open (docs/quic.md).
  limits: { memoryPerStranger: 12_000_000 },
  run: (field) =>
    floodFrames(field, (i) => many(200, (k) => field.kit.frames.crypto(1 + (i * 200 + k) * 2, Buffer.alloc(1)))),
};
