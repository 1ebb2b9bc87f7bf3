// @ts-check
// C2: how fast is BLAKE3 as nodes use it, beside @noble/hashes alone?
import { blake3 } from '@noble/hashes/blake3.js';
import { fastHash } from '../packages/net/dist/gossip/hash.js';
import { microseconds } from './lib/repeat.mjs';

const GOAL = 6;
const SIZES = [100, 1024, 4096];
const [ours, noble] = ['ours', '@noble/hashes'];

/** For each size and contender: microseconds for one hash. @type {Record<string, number>[]} */
let result = [];

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'C2',
  question: 'BLAKE3 of 1 kB as nodes use it',
  unit: 'hashes/s',
  cpuUnit: 'µs',
  target: `>= ${GOAL}x @noble/hashes for ${SIZES.join(', ')} bytes`,
  run: async () => {
    fastHash(new Uint8Array(1)); // the first call begins to compile WebAssembly
    await new Promise((resolve) => setTimeout(resolve, 500));
    result = SIZES.map((length) => {
      const content = Uint8Array.from({ length }, (_, i) => i & 255);
      return microseconds({ [ours]: () => fastHash(content), [noble]: () => blake3(content) });
    });
    return [ours, noble].map((name) => ({
      name,
      value: 1e6 / Number(result[1]?.[name]),
      cpu: Number(result[1]?.[name]),
    }));
  },
  details: () => [
    ['bytes', `${ours}, µs`, `${noble}, µs`],
    ...result.map((figures, i) => [`${SIZES[i]}`, ...[ours, noble].map((name) => Number(figures[name]).toFixed(2))]),
  ],
  meets: () => result.every((figures) => Number(figures[noble]) >= GOAL * Number(figures[ours])),
};
