import { randomFillSync } from 'node:crypto';

/** Bytes that are drawn at once: a call costs 10 µs whether it is for six bytes or for all of these, and a handshake needs several. */
const POOL = 4_096;

const pool = Buffer.allocUnsafeSlow(POOL);
let at = POOL;

/** Some bytes that nobody can guess, each given out once. @param length far less than a pool */
export function fewRandomBytes(length: number): Uint8Array {
  if (at + length > POOL) {
    randomFillSync(pool);
    at = 0;
  }
  const bytes = new Uint8Array(pool.subarray(at, at + length));
  pool.fill(0, at, at + length); // so that a later look at the pool shows nothing
  at += length;
  return bytes;
}
