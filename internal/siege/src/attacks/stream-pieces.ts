import type { Attack } from '../attack.js';
import { floodFrames, many } from '../frame-flood.js';

/** A stream in single bytes with holes between them. */
export const streamPieces: Attack = {
  name: 'stream-pieces',
  what: 'a stream in single bytes, each behind a hole',
  run: (field) =>
    floodFrames(field, (i) => many(150, (k) => field.kit.frames.stream(2, 1 + (i * 150 + k) * 2, Buffer.alloc(1)))),
};
