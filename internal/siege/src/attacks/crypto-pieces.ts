import type { Attack } from '../attack.js';
import { floodFrames, freshHost, many } from '../frame-flood.js';

/** The same in single bytes, of which each takes many times its size; each connection from another address. */
export const cryptoPieces: Attack = {
  name: 'crypto-pieces',
  what: 'CRYPTO frames with a hole in front, in single bytes, each connection from an address of its own',
  isFromEverywhere: true,
  run: (field) =>
    floodFrames(field, (i) => many(200, (k) => field.kit.frames.crypto(1 + (i * 200 + k) * 2, Buffer.alloc(1))), {
      hostOf: freshHost,
    }),
};
