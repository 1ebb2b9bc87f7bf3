import { randomBytes } from 'node:crypto';
import type { Attack } from '../attack.js';
import { floodFrames, many } from '../frame-flood.js';

/** Connection ids that retire each other (CVE-2024-1410). */
export const retiredIds: Attack = {
  name: 'retired-ids',
  what: 'connection ids that retire each other',
  run: (field) =>
    floodFrames(field, (i) =>
      many(25, (k) => field.kit.frames.newConnectionId(i * 25 + k + 1, i * 25 + k + 1, randomBytes(16))),
    ),
};
