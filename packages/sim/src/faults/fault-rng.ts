import { ChaCha12Rng } from '../chacha12-rng.js';
import { aSeed } from '../checks.js';

/** "faults" */
const DOMAIN = 0x6661_756c_7473n;

/** The generator for the faults of a run: from the run's seed, but apart from the run's own generator. */
export function faultRng(seed: number | bigint): ChaCha12Rng {
  aSeed('seed', seed);
  return ChaCha12Rng.seedFromU64(BigInt(seed) ^ DOMAIN);
}
