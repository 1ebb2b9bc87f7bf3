import type { Attack } from '../attack.js';
import { floodFrames, many } from '../frame-flood.js';

/** A stream in single bytes with holes between them. */
export const streamPieces: Attack = {
  name: 'stream-pieces',
  what: 'a stream in single bytes, each behind a hole',
  // Ceilings that are not reached (SECURITY.md): alone 0.7 MB each; on a busy machine 3 to 8 MB, turns of 50 to 125 ms, and messages as late.
  limits: { memoryPerStranger: 12_000_000, turnMs: 200, p99Ms: 500 },
  run: (field) =>
    floodFrames(field, (i) => many(150, (k) => field.kit.frames.stream(2, 1 + (i * 150 + k) * 2, Buffer.alloc(1)))),
};
