/** Bytes of a salt. */
export const SALT_LENGTH = 8;

/** The low 48 bits of a 64-bit hash: the most that leaves sums of two exact in a double, in whole bytes. */
const HIGH_BITS = 0xffff;

/**
 * HalfSipHash-2-4 of a 32-byte id under an 8-byte key, cut to its low 48 bits (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012;
 * the half variant is in the authors' repository, veorq/SipHash). It is a keyed function in 32-bit arithmetic: whoever does not know the key
 * when choosing an id can't choose its hash.
 */
export class HalfSipHash {
  readonly #k0: number;
  readonly #k1: number;

  /** @param key 8 bytes */
  constructor(key: Uint8Array) {
    this.#k0 = word(key, 0);
    this.#k1 = word(key, 4);
  }

  /** @param id 32 bytes @returns a whole number below 2^48 */
  hash(id: Uint8Array): number {
    let v0 = this.#k0;
    let v1 = this.#k1 ^ 0xee; // output of 64 bits
    let v2 = 0x6c796765 ^ this.#k0;
    let v3 = 0x74656462 ^ this.#k1;
    let low = 0;
    // Eight words of the id, the word that holds its length, and the end: after each, two rounds, and four at the end.
    for (let block = 0; block <= 10; block++) {
      const m = block < 8 ? word(id, 4 * block) : block === 8 ? 32 << 24 : 0;
      if (block <= 8) v3 ^= m;
      else if (block === 9) v2 ^= 0xee;
      else v1 ^= 0xdd;
      for (let rounds = block <= 8 ? 2 : 4; rounds > 0; rounds--) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      if (block <= 8) v0 ^= m;
      else if (block === 9) low = (v1 ^ v3) >>> 0;
    }
    return ((v1 ^ v3) & HIGH_BITS) * 0x1_0000_0000 + low;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
