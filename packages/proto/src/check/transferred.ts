import type { Check } from './values.js';

/** Refuses bytes whose buffer was transferred, as to a worker: nothing is left in them, and they can't be copied. @throws TypeError naming them */
export const notTransferred: Check = (name, value) => {
  const { byteLength, buffer } = value as Uint8Array;
  if (byteLength > 0) return;
  try {
    new Uint8Array(buffer);
  } catch (cause) {
    throw new TypeError(`${name} must be a Uint8Array that was not transferred away`, { cause });
  }
};
