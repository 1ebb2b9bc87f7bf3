import type { ChaCha12Rng } from '../chacha12-rng.js';

/** True with this probability. Draws one word. */
export function happens(rng: ChaCha12Rng, probability: number): boolean {
  return rng.nextU32() < probability * 0x1_0000_0000;
}

/** A random share of the items, at least one if the share is above 0 and there are any. */
export function sample<T>(rng: ChaCha12Rng, items: readonly T[], share: number): T[] {
  const shuffled = [...items];
  rng.shuffle(shuffled);
  return shuffled.slice(0, share > 0 ? Math.max(1, Math.round(share * items.length)) : 0);
}

/** The time to the next event of a Poisson process with this rate, in nanoseconds; at least 1. */
export function waitingTime(rng: ChaCha12Rng, perSecond: number): number {
  const uniform = (rng.nextU32() + 1) / 0x1_0000_0000;
  return Math.max(1, Math.round((-Math.log(uniform) / perSecond) * 1e9));
}

/** A random integer number of nanoseconds from 1 to `most`. */
export function upTo(rng: ChaCha12Rng, most: number): number {
  return 1 + Math.floor((rng.nextU32() / 0x1_0000_0000) * most);
}
