import { ChaCha12Rng } from '../chacha12-rng.js';

/** "faults" */
const DOMAIN = 0x6661_756c_7473n;

/** The generator for the faults of a run: from the run's seed, but apart from the run's own generator. */
export function faultRng(seed: number | bigint): ChaCha12Rng {
  return ChaCha12Rng.seedFromU64(BigInt(seed) ^ DOMAIN);
}
