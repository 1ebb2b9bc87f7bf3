import { randomFillSync } from 'node:crypto';

/** Drawn at once, in bytes: a call costs 10 µs whether it is for six bytes or for these, and a handshake needs several. */
const POOL = 4_096;

const pool = Buffer.allocUnsafeSlow(POOL);
let at = POOL;

/** Some bytes that nobody can guess, and that are given out once. @param length far less than a pool */
export function fewRandomBytes(length: number): Uint8Array {
  if (at + length > POOL) {
    randomFillSync(pool);
    at = 0;
  }
  const bytes = new Uint8Array(pool.subarray(at, at + length));
  pool.fill(0, at, at + length); // whoever sees the pool later learns nothing
  at += length;
  return bytes;
}
