import type { Attack } from '../attack.js';
import { floodFrames, many } from '../frame-flood.js';

/** Ranges of one frame, and frames of a packet. */
const RANGES = Array.from({ length: 60 }, () => [1, 1] as const);
const FRAMES = 9;

/** Acknowledgements of packets that were never sent, in as many pieces as fit: QUIC looks at each of them, and may keep them. */
export const ackFlood: Attack = {
  name: 'ack-flood',
  what: 'acknowledgements with 60 ranges each, of packets that were never sent',
  run: (field) =>
    floodFrames(field, (i) =>
      many(FRAMES, (k) => field.kit.frames.ack(100_000 + 1_000 * (i * FRAMES + k), 0, ...RANGES)),
    ),
};
