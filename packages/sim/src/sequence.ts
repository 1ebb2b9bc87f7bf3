import { CoinFlipper } from './coin-flipper.js';
import { rangeU32, type WordSource } from './uniform.js';

/** Puts the items into a random order, in place (Rust: `SliceRandom::shuffle`). */
export function shuffle<T>(rng: WordSource, items: T[]): void {
  let chunk = 0;
  let left = 0;
  for (let i = 1; i < items.length; i++) {
    const bound = i + 1;
    if (left === 0) {
      // One draw for as many indices as fit into a word.
      let product = bound;
      for (left = 1; product * (bound + left) <= 0xffff_ffff; left++) product *= bound + left;
      chunk = rangeU32(rng, 0, product);
    }
    left--;
    const j = left === 0 ? chunk : chunk % bound;
    chunk = Math.floor(chunk / bound);
    const item = items[i] as T;
    items[i] = items[j] as T;
    items[j] = item;
  }
}

/** A random item (Rust: `IteratorRandom::choose` on an iterator of known length); no draw among fewer than two. */
export function choose<T>(rng: WordSource, items: readonly T[]): T | undefined {
  return items.length < 2 ? items[0] : items[rangeU32(rng, 0, items.length)];
}

/** A random item among those that `keep` accepts (Rust: `IteratorRandom::choose` on a filtered iterator). */
export function chooseWhere<T>(rng: WordSource, items: readonly T[], keep: (item: T) => boolean): T | undefined {
  const coin = new CoinFlipper(rng);
  let chosen: T | undefined;
  let accepted = 0;
  for (const item of items) {
    if (!keep(item)) continue;
    accepted++;
    if (accepted === 1 || coin.oneOver(accepted)) chosen = item;
  }
  return chosen;
}
