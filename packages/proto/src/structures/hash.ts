import { someBytes } from '../check/index.js';
import { blake3 } from './blake3.js';

/** Hashes the content of a message into the 32 bytes of its id. It must be BLAKE3 to be understood by other nodes. */
export type Hash = (content: Uint8Array) => Uint8Array;

/** BLAKE3 in plain TypeScript: runs everywhere. Hosts that may use WebAssembly can bring one that is twice as fast. */
export const defaultHash: Hash = (content) => {
  CHECK: someBytes('content', content);
  return blake3(content);
};
