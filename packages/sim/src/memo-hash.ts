import { defaultHash, type Hash } from '@grapevine/proto';

/**
 * A hash that is computed once for each content. In the simulator a payload is one array that all nodes share, and each
 * of them would hash it again. Ids, and so whole runs, are the same as without.
 *
 * @param hash - Default: BLAKE3.
 */
export function memoHash(hash: Hash = defaultHash): Hash {
  const known = new WeakMap<Uint8Array, Uint8Array>();
  // Mostly it is the payload of the moment.
  let latest: { readonly content: Uint8Array; readonly digest: Uint8Array } | undefined;
  return (content) => {
    if (latest?.content === content) return latest.digest;
    let digest = known.get(content);
    if (digest === undefined) {
      digest = hash(content);
      known.set(content, digest);
    }
    latest = { content, digest };
    return digest;
  };
}
