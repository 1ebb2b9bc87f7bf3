import type { Attack } from '../attack.js';
import { floodFrames, many } from '../frame-flood.js';

/** The same in single bytes, of which each takes many times its size. */
export const cryptoPieces: Attack = {
  name: 'crypto-pieces',
  what: 'CRYPTO frames with a hole in front, in single bytes',
  // Ceilings that are not reached (SECURITY.md): alone 0.7 MB each; on a busy machine 3 to 8 MB, turns of 50 to 125 ms, and messages as late.
  limits: { memoryPerStranger: 12_000_000, turnMs: 200, p99Ms: 500 },
  run: (field) =>
    floodFrames(field, (i) => many(200, (k) => field.kit.frames.crypto(1 + (i * 200 + k) * 2, Buffer.alloc(1)))),
};
